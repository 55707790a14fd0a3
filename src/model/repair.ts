/** What `doctor --fix` may do: each one is shown, confirmed, journalled, read back. Nothing is restarted or demoted. */
export type Repair =
  | { kind: 'sentinel-set'; sentinel: string; masterName: string; name: string; value: string; was: string }
  | { kind: 'config-set'; node: string; name: string; value: string; was: string }
  /** The password is the one that the cluster was given; never in here. */
  | {
      kind: 'masterauth';
      node: string;
      /** A wrong one is set. */
      replaces?: true;
      /** The cluster has no password: masterauth is emptied. */
      clears?: true;
    }
  | { kind: 'reset'; sentinel: string; masterName: string };

/** What became of a repair. */
export interface Repaired {
  repair: Repair;
  /** Exactly what is done, in words: `redis-1 127.0.0.1:6379: CONFIG SET min-replicas-to-write 1, CONFIG REWRITE`. */
  does: string;
  /** `would`: a dry run. `declined`: the answer was no. `left`: it was not done, for the reason in `why`. */
  outcome: 'done' | 'would' | 'declined' | 'left';
  why: string | null;
}

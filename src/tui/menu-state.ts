import type { KnownCluster } from '../cli/known.js';
import type { LookResult } from './looks.js';

/** Which cluster the next command works on. */
export type MenuTarget =
  /** `words` select it on a command line. */
  | { kind: 'own'; name: string; words: readonly string[] }
  /**
   * Not created by sentinelctl; `name` is null where it is known by the addresses of its sentinels alone. `words` are
   * empty where the settings select it already.
   */
  | { kind: 'attached'; name: string | null; words: readonly string[] }
  /** There is none; `named` is the name that was asked for. */
  | { kind: 'none'; named: string | null };

/** What the menu knows when it decides what makes sense now. */
export interface MenuState {
  /** The clusters that are known here. */
  clusters: readonly KnownCluster[];
  target: MenuTarget;
  /** What the target looked like last; null until the first look is done. */
  look: LookResult | null;
  /** Files of failover tests in the working directory. */
  reports: readonly string[];
  /** Whether a failover test of the target is recorded. */
  hasHistory: boolean;
  /** The cluster that the environment or a settings file names: scenarios run on it. */
  ambient: string | null;
}

/** The cluster that the menu is about, as it is recorded here; undefined where it is known by addresses alone, or not at all. */
export const knownTarget = ({
  clusters,
  target,
}: Pick<MenuState, 'clusters' | 'target'>): KnownCluster | undefined =>
  target.kind === 'none' ? undefined : clusters.find(({ name }) => name === target.name);

/** A list that a choice opens. */
export type MenuList = 'start' | 'kill' | 'fault' | 'scenario' | 'report';

export interface MenuChoice {
  name: string;
  /** What it does, in a few words. */
  about: string;
  section: Section;
  does:
    | { type: 'run'; words: readonly string[] }
    /** The choice of the list replaces the word …. */
    | { type: 'list'; list: MenuList; words: readonly string[] }
    /** The name of a new cluster is asked for, and replaces the word …. */
    | { type: 'name'; words: readonly string[] }
    | { type: 'switch' }
    | { type: 'quit' };
}

/** After what is wrong the groups of `--help`. */
export const WRONG = 'What is wrong';
export type Section = typeof WRONG | 'Inspect' | 'Test' | 'Faults' | 'Cluster' | 'sentinelctl';

/** The choice that the cursor falls back to: it changes nothing. */
export const SAFE_CHOICE = 'Status';

import type { Address } from '../model/address.js';

/** The options that every command takes, before or after its name, resolved: flags > environment > files. */
export interface Globals {
  cluster: string;
  /** True when the cluster was named by flag, environment or file, not taken by default. */
  clusterGiven: boolean;
  /** From `--sentinel-addrs`, or REDIS_SENTINEL_ADDRS where no cluster was named. */
  sentinelAddrs: Address[] | null;
  sentinelAddrsFrom: 'flag' | 'environment' | 'file' | null;
  masterName: string | null;
  passwordFile: string | null;
  /** Bound for the whole command, in milliseconds; null: each command's own. */
  timeoutMs: number | null;
  output: 'table' | 'json' | 'yaml' | 'tsv';
  yes: boolean;
  input: boolean;
  quiet: boolean;
}

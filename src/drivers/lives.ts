import type { Address } from '../model/address.js';
import type { ConfText, Got, Life } from '../model/gathered.js';

/** A server that nothing here has made, as far as it is known from outside. */
export interface Stranger {
  /** As this machine reaches it. */
  endpoint: Address;
  /** What its INFO says: its pid where it lives, and its configuration file; null where it does not say. */
  pid: number | null;
  conf: string | null;
}

/** How a stranger lives, and what its configuration says, as it stands there: secrets are still in it. */
export interface Living {
  life: Life;
  conf: Got<ConfText>;
}

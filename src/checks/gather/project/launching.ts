import type { Service } from '../../files/compose/service.js';
import type { Machine } from '../../files/shell/machine.js';
import type { Environment } from './container.js';
import type { Placed } from './mounts.js';

/** One container, before it starts, and where it is described. */
export interface Launching {
  service: Service;
  /** The name of its servers in findings; the second and later ones of a container add their kind. */
  id: string;
  env: Environment;
  container: Machine;
  /** The file that describes it. */
  file: string;
  place(inside: string): Placed;
  /** What of its environment and its image could not be read: it matters where a server runs in it. */
  unread: string[];
}

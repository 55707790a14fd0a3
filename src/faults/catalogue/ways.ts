import { DRIVER_NAMES, type DriverName } from '../../model/drivers.js';
import type { Fault, Way } from './fault.js';

/** How it is done where nodes are processes and where they are containers. */
export const ways = (process: [string, string], docker: [string, string]): Fault['drivers'] => ({
  process: { can: true, injects: process[0], heals: process[1] },
  docker: { can: true, injects: docker[0], heals: docker[1] },
});

/** The same wherever the nodes live: it goes by the protocol. */
export const anywhere = (injects: string, heals: string): Fault['drivers'] =>
  Object.fromEntries(
    DRIVER_NAMES.map((name): [DriverName, Way] => [name, { can: true, injects, heals }]),
  ) as Fault['drivers'];

const SAFELY =
  'started as a replica of the current master; a master without persistence is started only after another node was promoted';

export const ENDED = ways(
  ['SIGKILL to the server', `the server is ${SAFELY}`],
  ['SIGKILL by the engine', `the container is ${SAFELY}`],
);
const FREEZER = 'the engine’s pause (cgroup freezer)';
export const FROZEN = ways(['SIGSTOP', 'SIGCONT'], [FREEZER, 'unpause']);
/** How `inject` rolls a freeze back that may have been longer than down-after. */
export const IF_REPLACED = '; a master that was replaced is ended and started as a replica';
export const FROZEN_LONG = ways(['SIGSTOP', `SIGCONT${IF_REPLACED}`], [FREEZER, `unpause${IF_REPLACED}`]);

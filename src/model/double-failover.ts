import { DOUBLE_FAILOVER_BELOW_MS, USUAL_RETURN_MS } from './sentinel-timing.js';

/** What a short down-after may cause, in the words of `up`, `sweep`, `doctor` and `failover-test`. */
export const DOUBLE_FAILOVER = `Sentinel may fail over a second time, away from the healthy new master, with two masters for about ${USUAL_RETURN_MS / 1000} s`;

/** The same with its cause, behind `down-after 1s is`. */
export const BELOW_DOUBLE_FAILOVER = `below ${DOUBLE_FAILOVER_BELOW_MS} ms: ${DOUBLE_FAILOVER}`;

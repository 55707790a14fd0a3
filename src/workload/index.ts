export { causeOf, type LossStory } from './cause.js';
export { clientSummary } from './client-summary.js';
export type { Counts } from './counters.js';
export { ledgerOf, zombieWritesOf } from './ledger.js';
export { type Asking, cleanUp, type Final, readBack } from './read-back.js';
export type { ClientRecord, WorkloadRecord } from './record.js';
export { checkSettings, type Policy, parsePolicy } from './settings.js';
export { startWorkload, type Workload } from './start.js';
export type { WorkloadNode, WorkloadOptions, WorkloadTarget } from './target.js';

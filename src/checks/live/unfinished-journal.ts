import { command } from '../../model/hints.js';
import type { SnapshotCheck } from '../check.js';
import { EFFECTS_OF_FAULTS, judgeJournal } from './journal.js';
import { hasNoMaster } from './lost-master.js';

export default {
  id: 'unfinished-journal',
  needs: 'snapshot',
  first: true,
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'addresses',
  title: 'an earlier run was not finished',
  consequence:
    'every other finding may come from this run; commands that change the cluster are refused until it is rolled back',
  explanation:
    'Each command that injects a fault writes to the cluster’s journal what it does and how to roll it back; restart ' +
    'does the same, since a node is down in the middle of it. A run that was killed or interrupted twice leaves its journal open, and ' +
    'inject without --for leaves it open on purpose. While it is open, other commands that change the cluster are ' +
    'refused.',
  remedy: [
    'roll back what an interrupted run left: sentinelctl recover',
    'roll back a fault that inject left active on purpose: sentinelctl heal',
  ],
  sources: ['the journal of the cluster, in its state directory'],
  causes: EFFECTS_OF_FAULTS,
  live(facts) {
    const { unfinished } = facts.expectation;
    if (unfinished !== undefined && 'unreadable' in unfinished) return { skip: 'the journal cannot be read' };
    return judgeJournal(facts, ({ cluster, underWay }) => {
      if (underWay !== undefined || unfinished === undefined) return null;
      const { what, keep, since } = unfinished;
      const waits = facts.masters.some(hasNoMaster) ? 'waits for the failover and ' : '';
      return keep
        ? {
            brief: `the fault of "${what}" is still active: heal ends it`,
            evidence: `the fault was injected at ${since}`,
            message: `the fault of "${what}" is still active; it was injected at ${since}`,
            fix: [command('heal', cluster)],
          }
        : {
            brief: `"${what}" was interrupted: recover ${waits}finishes the run`,
            evidence: `the run began at ${since} and was interrupted before it rolled back its changes`,
            message: `"${what}" began at ${since} and was interrupted before it rolled back its changes`,
            fix: [command('recover', cluster)],
          };
    });
  },
} satisfies SnapshotCheck;

import { recreate } from '../../model/hints.js';
import type { SnapshotCheck } from '../check.js';
import { EFFECTS_OF_FAULTS, judgeJournal } from './journal.js';

export default {
  id: 'journal-unreadable',
  needs: 'snapshot',
  first: true,
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'addresses',
  title: 'the journal of the cluster cannot be read',
  consequence:
    'whether an earlier run left a fault active is not known; commands that change the cluster are refused until the journal is removed',
  explanation:
    'Each command that injects a fault writes to the cluster’s journal what it does and how to roll it back. This ' +
    'journal is damaged, or was written by another version of sentinelctl, so it cannot be used for a rollback.',
  remedy: [
    'if doctor finds nothing else: remove the journal file',
    'otherwise remove the cluster and create it again: sentinelctl down --help says what that removes',
  ],
  sources: ['the journal of the cluster, in its state directory'],
  causes: EFFECTS_OF_FAULTS,
  live: (facts) =>
    judgeJournal(facts, ({ cluster, underWay, unfinished }) => {
      if (underWay !== undefined || unfinished === undefined || !('unreadable' in unfinished)) return null;
      return {
        message: 'the journal cannot be read: whether an earlier run left a fault active is not known',
        fix: [
          `check the other findings; where there is none, remove ${unfinished.unreadable}; else ${recreate(cluster)}`,
        ],
      };
    }),
} satisfies SnapshotCheck;

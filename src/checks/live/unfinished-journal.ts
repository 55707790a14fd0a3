import { unfinishedProblems } from '../../model/problems/unfinished.js';
import type { Check } from '../check.js';

export default {
  id: 'unfinished-journal',
  severity: 'warning',
  group: 'live',
  title: 'a fault that was put in on purpose is still in effect',
  consequence:
    'what else is wrong may be its doing, and to mend that by hand spoils the experiment or what takes it back',
  explanation:
    'Every command that breaks something writes into a journal what it does, and what takes it back. A run that was ' +
    'killed leaves it open; inject without an end leaves it open on purpose; and a run that goes on has it open until it ends. ' +
    'Until then other commands that change the cluster refuse.',
  remedy: [
    'sentinelctl recover takes back what a run left that was cut off, sentinelctl heal what was kept on purpose',
    'a run that goes on takes back itself what it did: wait for its end',
  ],
  sources: ['the journal of the cluster, in the directory of its state'],
  causes: [
    'server-silent',
    'master-frozen',
    'clock-skew',
    'tilt',
    'master-disagree',
    'no-good-slave',
    'failover-stuck',
    'no-master',
    'no-quorum',
    'split-brain',
    'replica-orphan',
    'link-down',
    'lag',
    'lag-growing',
    'flapping',
    'address-switching',
    'simfail-armed',
    'bgsave-error',
    'master-full',
  ],
  live(gathered) {
    const { own, cluster, runs } = gathered;
    // Only clusters of ours have a journal.
    if (!own) return [];
    if (runs === undefined) return { skip: 'its journal was not looked for' };
    return unfinishedProblems({ cluster, ...runs }).map(({ message, why, fix }) => ({
      subject: cluster,
      message,
      ...(why !== null && { consequence: why }),
      fix: [fix],
    }));
  },
} satisfies Check;

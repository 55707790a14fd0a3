import type { AnsweredNode, MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import type { DiskFault, NodeAnswer } from '../../model/snapshot.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { failureIn } from '../refuses.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'bgsave-error',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'data',
  part: 'disk',
  title: 'a data node cannot write to disk and refuses writes',
  consequence:
    'it answers writes and Sentinel’s PING with -MISCONF: after down-after a master counts as down and is replaced, and the next one may use the same disk',
  explanation:
    'After a failed background save a server with save points and stop-writes-on-bgsave-error yes refuses ' +
    'writes and PING until a save succeeds; the same after a failed write to the append-only file. Sentinel ' +
    'accepts only PONG, -LOADING and -MASTERDOWN as signs of life, so the node is called down although it ' +
    'answers.',
  remedy: [
    'find the reason at the end of its log: no space, no write access to its directory, no memory for the fork',
    'fix it, then BGSAVE: the next successful save ends the state',
  ],
  sources: [
    'server.c: processCommand, writeCommandsDeniedByDiskError',
    'sentinel.c: sentinelPingReplyCallback',
    'measured',
  ],
  causes: ['no-good-slave', 'failover-stuck', 'no-master', 'master-frozen', 'master-down', 'seen-down'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) =>
      master.answered.flatMap((node): RawFinding[] => {
        const failed = failureIn(node.answer);
        if (failed === null) return [];
        const { refuses, what } = failed;
        const isMaster =
          node.answer.role === 'master' &&
          master.master !== null &&
          master.refOf(master.master).id === node.id;
        const evidence = `${what}${refuses ? `; it answers PING with -${pingWords(node.answer)}` : ''}`;
        return [
          {
            subject: node.id,
            severity: refuses ? 'critical' : 'warning',
            impact: refuses && isMaster ? 'down' : 'degraded',
            brief: `${node.id} cannot write to disk${refuses ? ' and refuses writes' : ''}`,
            message: `${nameOf(node)} cannot write to disk: ${evidence}`,
            evidence,
            ...(!refuses && {
              consequence:
                'it takes writes; what it accepted since its last successful save is lost if its process ends, as far as no replica has it',
            }),
            fix: [...look(master, node, failed.fault), cli(node, again(failed.fault))],
          },
        ];
      }),
    ),
} satisfies SnapshotCheck;

const again = (fault: DiskFault): string => (fault === 'bgsave' ? 'BGSAVE' : 'BGREWRITEAOF');

/** The error of the append-only file names its cause; that of a save names settings alone. */
const pingWords = ({ pingError = 'MISCONF' }: NodeAnswer): string =>
  /AOF file/.test(pingError) ? pingError : (pingError.split(' ')[0] ?? '');

function look({ expectation, hints }: MasterFacts, node: AnsweredNode, fault: DiskFault): string[] {
  return [
    ...(expectation.own ? [hints.logs(node, 'INFO persistence')] : []),
    `# fix the cause that its log names, so that it can write ${placeOf(node, fault)}; then:`,
  ];
}

/** What it could not write: the append-only file is a directory since Redis 7.0. */
function placeOf({ answer: { settings } }: AnsweredNode, fault: DiskFault): string {
  if (settings?.dir === undefined) return 'its directory';
  const { dir, dbfilename = '', appenddirname, appendfilename = '' } = settings;
  return `${dir}/${fault === 'bgsave' ? dbfilename : (appenddirname ?? appendfilename)}`;
}

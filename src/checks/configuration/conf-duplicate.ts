import type { Check, RawFinding } from '../check.js';
import type { Directive } from '../files/conf.js';
import { judgeSentinelFiles } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { monitorsOf, place, sentinelLines } from '../files/settings.js';

export default {
  id: 'conf-duplicate',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'a sentinel’s file names the same server twice',
  consequence: 'the sentinel exits at start: Duplicate master name, Duplicate hostname and port for replica',
  explanation:
    'Sentinel keeps a list of masters, and for each of them a list of replicas and of other sentinels. A file ' +
    'that adds an entry a second time is rejected as a whole. It happens when lines are appended to a file that ' +
    'Sentinel has rewritten. A master that is also listed as its own replica is accepted at start, but after a ' +
    'failover the sentinels may order it to follow itself.',
  remedy: ['delete the second line, with the sentinel stopped'],
  sources: ['sentinel.c: createSentinelRedisInstance, sentinelCheckCreateInstanceErrors', 'measured'],
  causes: ['master-disagree', 'settings-skew', 'sentinels-few', 'quorum-gt-n'],
  files: (project) => judgeSentinelFiles(project, (sentinels) => sentinels.flatMap(duplicatesIn)),
} satisfies Check;

function duplicatesIn(server: FileServer): RawFinding[] {
  const finding = (line: Directive, message: string): RawFinding => ({
    subject: server.id,
    message,
    fix: [`# in ${line.file}, with this sentinel stopped, delete line ${line.line}`],
    at: place(line),
  });
  const again = (lines: Directive[], keyOf: (line: Directive) => string): [Directive, Directive][] =>
    lines.flatMap((line, i): [Directive, Directive][] => {
      const earlier = lines.slice(0, i).find((other) => keyOf(other) === keyOf(line));
      return earlier === undefined ? [] : [[line, earlier]];
    });
  const name = (line: Directive): string => line.args[1] ?? '';
  const address = (line: Directive): string => `${name(line)} ${line.args[2]}:${line.args[3]}`;
  const replicas = sentinelLines(server, 'known-replica');
  return [
    ...again(sentinelLines(server, 'monitor'), name).map(([line, earlier]) =>
      finding(
        line,
        `"sentinel monitor ${name(line)}" is in line ${earlier.line} already: the sentinel exits at start (Duplicate master name)`,
      ),
    ),
    ...again(replicas, address).map(([line, earlier]) =>
      finding(
        line,
        `the replica ${line.args[2]}:${line.args[3]} is in line ${earlier.line} already: the sentinel exits at start (Duplicate hostname and port for replica)`,
      ),
    ),
    ...again(
      sentinelLines(server, 'known-sentinel').filter((line) => line.args[4] !== undefined),
      (line) => `${name(line)} ${line.args[4]}`,
    ).map(([line, earlier]) =>
      finding(
        line,
        `the id of ${line.args[2]}:${line.args[3]} is in line ${earlier.line} already: the sentinel exits at start (Duplicate runid for sentinel)`,
      ),
    ),
    ...monitorsOf(server).flatMap((monitor) =>
      replicas
        .filter((line) => address(line) === `${monitor.name} ${monitor.host}:${monitor.port}`)
        .map((line) => ({
          ...finding(
            line,
            `the master ${monitor.host}:${monitor.port} of ${monitor.name} is listed as its own replica: a failover may make it follow itself`,
          ),
          consequence:
            'the sentinel starts with it; after a failover it tells the new master to follow itself, and the file that it writes can hold the line twice and not be read again',
        })),
    ),
  ];
}

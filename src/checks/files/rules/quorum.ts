import type { RawFinding } from '../../check.js';
import { type FileGroup, fileGroups } from '../groups.js';
import type { Project } from '../project.js';
import { idsOf, merged, noSentinelFile, type Rule } from './rule.js';

type Counted = FileGroup & { name: string; sentinels: number };

/** Rules that need to know how many sentinels a name has. */
const counting = (id: string, judge: (group: Counted) => RawFinding[]): Rule => ({
  id,
  judge(project: Project) {
    const groups = fileGroups(project).filter((g): g is FileGroup & { name: string } => g.name !== null);
    if (groups.length === 0) return noSentinelFile;
    const counted = groups.filter((g): g is Counted => g.sentinels !== null);
    if (counted.length === 0)
      return { skip: 'one sentinel file does not tell how many there are: name all of them' };
    return merged(counted.flatMap(judge));
  },
});

const majorityOf = (n: number): number => Math.floor(n / 2) + 1;
const plural = (n: number): string => `${n} sentinel${n === 1 ? '' : 's'}`;

/** The monitor lines whose quorum is not right, with the line that would be. */
const quorumWrong = (
  group: Counted,
  wrong: (quorum: number) => boolean,
  why: (quorum: number) => string,
): RawFinding[] =>
  group.monitors
    .filter((m) => wrong(m.quorum))
    .map(({ server, name, host, port, quorum, at }) => ({
      subject: server.id,
      message: `${name}: quorum ${quorum} ${why(quorum)}`,
      fix: [`sentinel monitor ${name} ${host} ${port} ${majorityOf(group.sentinels)}`],
      at,
    }));

export const quorumGtN = counting('quorum-gt-n', (group) =>
  quorumWrong(
    group,
    (quorum) => quorum > group.sentinels,
    () => `of ${plural(group.sentinels)}: they can never agree that the master is down`,
  ),
);

export const quorumLtMajority = counting('quorum-lt-majority', (group) =>
  quorumWrong(
    group,
    (quorum) => quorum < majorityOf(group.sentinels),
    () => `is less than the majority of ${plural(group.sentinels)}, which is ${majorityOf(group.sentinels)}`,
  ),
);

export const sentinelsFew = counting('sentinels-few', (group) =>
  group.sentinels >= 3
    ? []
    : [
        {
          subject: group.name,
          message: `${plural(group.sentinels)} for ${group.name}: with one of them down there is no majority`,
          fix: ['run 3 sentinels, each on a machine of its own, with quorum 2'],
          ...placeOf(group),
        },
      ],
);

export const sentinelsEven = counting('sentinels-even', (group) =>
  group.sentinels < 4 || group.sentinels % 2 === 1
    ? []
    : [
        {
          subject: group.name,
          message: `${plural(group.sentinels)} for ${group.name} (${idsOf(group.monitors.map((m) => m.server))}): no more may fail than with ${group.sentinels - 1}`,
          fix: [`run ${group.sentinels + 1} sentinels, or ${group.sentinels - 1}`],
          ...placeOf(group),
        },
      ],
);

function placeOf(group: FileGroup): Pick<RawFinding, 'at'> {
  const [first] = group.monitors;
  return first === undefined ? {} : { at: first.at };
}

import { count } from '../../model/words.js';
import type { RawFinding, Skip } from '../check.js';
import { type CountedGroup, judgeCountedGroups, placeOf } from '../files/judge.js';
import type { Project } from '../files/project.js';

/** What files show of sentinels-few. `status` judges that check and reads no files: the registry adds this. */
export const fewInFiles = (project: Project): RawFinding[] | Skip =>
  judgeCountedGroups(project, (group) =>
    group.sentinels >= 3
      ? []
      : [
          {
            subject: group.name,
            message: fewWords(group),
            fix: ['run 3 sentinels, each on its own machine, with quorum 2'],
            ...placeOf(group),
          },
        ],
  );

function fewWords({ sentinels, name, monitors }: CountedGroup): string {
  const quorum = Math.max(...monitors.map((m) => m.quorum));
  return quorum > sentinels
    ? `${count(sentinels, 'sentinel')} for ${name}, and a quorum of ${quorum}: the master can never be objectively down`
    : `${count(sentinels, 'sentinel')} for ${name}: with one of them down no majority is left`;
}

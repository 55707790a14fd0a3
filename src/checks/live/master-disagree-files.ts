import type { RawFinding, Skip } from '../check.js';
import { isAt } from '../files/groups.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import type { Project } from '../files/project.js';
import type { Monitor } from '../files/settings.js';
import { idsOf, mostCommon } from '../group.js';

const addressOf = ({ host, port }: Monitor): string => `${host} ${port}`;

/** What files show of master-disagree. `status` judges that check and reads no files: the registry adds this. */
export const mastersInFiles = (project: Project): RawFinding[] | Skip =>
  judgeMonitoredGroups(project, (groups) =>
    groups.flatMap(({ name, monitors, master }) => {
      const usual = mostCommon(monitors.map(addressOf));
      const odd = monitors.filter((m) => addressOf(m) !== usual);
      const [first] = odd;
      if (first === undefined || usual === undefined) return [];
      // One node may be known by a name and by an address.
      const isOne =
        master !== undefined &&
        monitors.every((m) => isAt(master, m.host, first.port, m.server) && m.port === first.port);
      if (isOne) return [];
      return [
        {
          subject: idsOf(odd.map((m) => m.server)),
          message: `${name} is ${first.host}:${first.port} here, and ${usual.replace(' ', ':')} at the others`,
          fix: [`sentinel monitor ${name} ${usual} ${first.quorum}`],
          at: first.at,
        },
      ];
    }),
  );

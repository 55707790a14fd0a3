import { majorityOf } from '../../model/sentinel-timing.js';
import type { Severity } from '../../model/status.js';
import { count } from '../../model/words.js';
import type { RawFinding, Skip } from '../check.js';
import type { CountedGroup } from '../files/groups.js';
import { judgeCountedGroups } from '../files/judge.js';
import type { Project } from '../files/project.js';

/** What configuration files show of it. */
export const quorumGtNFiles = (project: Project): RawFinding[] | Skip =>
  judgeCountedGroups(project, (group) =>
    quorumWrong(
      group,
      // A quorum of 2 is right for the three that there should be: that there are fewer is the fault.
      (quorum) => quorum > group.sentinels && quorum > 2,
      () => `of ${count(group.sentinels, 'sentinel')}: the master can never be objectively down`,
    ),
  );

/** The monitor lines with a wrong quorum, and the correct line. */
export const quorumWrong = (
  group: CountedGroup,
  wrong: (quorum: number) => boolean,
  why: (quorum: number) => string,
  severityOf?: (quorum: number) => Severity,
): RawFinding[] =>
  group.monitors
    .filter((m) => wrong(m.quorum))
    .map(({ server, name, host, port, quorum, at }) => ({
      subject: server.id,
      ...(severityOf !== undefined && { severity: severityOf(quorum) }),
      message: `${name}: quorum ${quorum} ${why(quorum)}`,
      fix: [`sentinel monitor ${name} ${host} ${port} ${Math.max(2, majorityOf(group.sentinels))}`],
      at,
    }));

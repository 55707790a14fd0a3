import type { MasterSetting } from '../../model/sentinel-settings.js';
import type { Severity } from '../../model/status.js';
import type { FileReader, RawFinding, Skip } from '../check.js';
import { type CountedGroup, type FileGroup, fileGroups, type MonitoredGroup } from './groups.js';
import { type FileServer, nodeFiles, type Project, sentinelFiles } from './project.js';
import { isAt } from './server-address.js';
import { lineOr, type Monitor, masterSetting, monitorsOf, settingOf } from './settings.js';

/** What a check of sentinels says without one, and a check of data nodes. */
export const noSentinelFile: Skip = { skip: 'no sentinel configuration was given', applies: false };
export const noNodeFile: Skip = { skip: 'no configuration of a data node was given', applies: false };

const noServerFile: Skip = { skip: 'no configuration of a server was given', applies: false };
const nothingToCompare: Skip = { skip: 'only one such server was given: nothing to compare', applies: false };

type Judgement = RawFinding[] | Skip;

const isRead = ({ seen, directives }: FileServer): boolean => seen || directives.length > 0;

/** Judges the servers of which at least a line was read, or those of which `has` says that there is something to judge. */
export function judgeServerFiles(
  project: Project,
  judge: (server: FileServer) => RawFinding[],
  has: (server: FileServer) => boolean = isRead,
): Judgement {
  const servers = project.servers.filter(has);
  return servers.length === 0 ? noServerFile : merged(servers.flatMap(judge));
}

/** What a check that compares servers says. With one server there is nothing to compare, which does not count as passed. */
export function comparing(servers: readonly FileServer[], judgement: Judgement): Judgement {
  const several = servers.reduce((sum, { copies }) => sum + copies, 0) > 1;
  return several || !Array.isArray(judgement) || judgement.length > 0 ? judgement : nothingToCompare;
}

/** Judges the sentinels whose configuration could be read. */
export function judgeSentinelFiles(
  project: Project,
  judge: (sentinels: FileServer[]) => Judgement,
): Judgement {
  const sentinels = sentinelFiles(project).filter((s) => s.seen);
  return sentinels.length === 0 ? noSentinelFile : mergedJudgement(judge(sentinels));
}

/** Judges each `sentinel monitor` line. */
const judgeMonitors = (project: Project, judge: (monitor: Monitor) => RawFinding[]): Judgement =>
  judgeSentinelFiles(project, (sentinels) => sentinels.flatMap(monitorsOf).flatMap(judge));

/** Judges the data nodes whose configuration could be read. */
export function judgeNodeFiles(project: Project, judge: (nodes: FileServer[]) => Judgement): Judgement {
  const nodes = nodeFiles(project);
  return nodes.length === 0 ? noNodeFile : mergedJudgement(judge(nodes));
}

/** Judges each group that has data nodes. */
export function judgeNodeGroups(project: Project, judge: (group: FileGroup) => RawFinding[]): Judgement {
  const groups = fileGroups(project).filter((g) => g.nodes.length > 0);
  return groups.length === 0 ? noNodeFile : merged(groups.flatMap(judge));
}

export function judgeMonitoredGroups(
  project: Project,
  judge: (groups: MonitoredGroup[]) => Judgement,
): Judgement {
  const groups = fileGroups(project).filter((g): g is MonitoredGroup => g.name !== null);
  return groups.length === 0 ? noSentinelFile : mergedJudgement(judge(groups));
}

/** Judges each group of which the files show how many sentinels it has. */
export const judgeCountedGroups = (
  project: Project,
  judge: (group: CountedGroup) => RawFinding[],
): Judgement =>
  judgeMonitoredGroups(project, (groups) => {
    const counted = groups.filter((g): g is CountedGroup => g.sentinels !== null);
    if (counted.length === 0)
      return { skip: 'these files do not show how many sentinels there are: give the files of all machines' };
    return counted.flatMap(judge);
  });

/** What is wrong with a setting's value, to follow the value, and a better one; null where nothing is. */
export type WrongValue = (value: number) => { why: string; better: number; severity?: Severity } | null;

/** Judges one setting of every monitored master; the value may be Sentinel's default. */
export const judgeMasterSetting = (project: Project, what: MasterSetting, wrong: WrongValue): Judgement =>
  judgeMonitors(project, (monitor) => {
    const { value, at, set } = masterSetting(monitor, what);
    const found = wrong(value);
    if (found === null) return [];
    return [
      {
        subject: monitor.server.id,
        ...(found.severity !== undefined && { severity: found.severity }),
        message: `${monitor.name}: ${what} ${value}${set ? '' : ' (the default)'} ${found.why}`,
        fix: [`sentinel ${what} ${monitor.name} ${found.better}`],
        at,
      },
    ];
  });

/** Where a group is described: its first `sentinel monitor` line. */
export function placeOf(group: FileGroup): Pick<RawFinding, 'at'> {
  const [first] = group.monitors;
  return first === undefined ? {} : { at: first.at };
}

const mergedJudgement = (judgement: Judgement): Judgement =>
  Array.isArray(judgement) ? merged(judgement) : judgement;

/** The same line of one file that several servers read is one finding about all of them. */
export function merged(all: RawFinding[]): RawFinding[] {
  const byKey = new Map<string, RawFinding>();
  for (const found of all) {
    const key = JSON.stringify([found.message, found.fix, found.at]);
    const first = byKey.get(key);
    const subjects = new Set([...(first?.subject.split(', ') ?? []), ...found.subject.split(', ')]);
    byKey.set(key, { ...found, subject: [...subjects].join(', ') });
  }
  return [...byKey.values()];
}

/** What is lent to the checks that `status` has too. */
export const FILE_READER: FileReader = {
  judgeMonitoredGroups,
  judgeCountedGroups,
  judgeNodeGroups,
  placeOf,
  isAt,
  masterSetting,
  settingOf,
  lineOr,
};

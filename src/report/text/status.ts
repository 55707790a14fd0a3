import { gravest, type MasterStatus, type SentinelStatus, type StatusResult } from '../../model/status.js';
import { count, named } from '../../model/words.js';
import { wrap } from '../plain-text.js';
import { verdictLines } from './lines.js';
import { problemLines } from './problems.js';
import { nodesTable, sentinelsTable, silentTable } from './status-tables.js';
import { themeOf, type View } from './theme.js';

/** One screen: the verdict first, then who is what, what each sentinel believes, and what to do next. */
export function statusText(status: StatusResult, view: View): string {
  const theme = themeOf(view);
  const lines = [
    ...headline(status, view),
    ...wrap(`cluster ${status.cluster}, driver ${status.driver}`, view.columns, 2).map(theme.dim),
  ];
  const several = status.masters.length > 1;
  for (const master of status.masters) {
    lines.push('');
    if (several) lines.push(...masterVerdict(master, status, view));
    if (master.nodes.length > 0) lines.push(nodesTable(master, view), '');
    lines.push(sentinelsTable(master, status.sentinels, view));
  }
  if (status.masters.length === 0 && status.sentinels.length > 0)
    lines.push('', silentTable(status.sentinels, view));
  if (status.problems.length > 0) lines.push('', ...problemLines(status.problems, view));
  return lines.join('\n');
}

/** The first line, or lines where it is wrapped: the verdict. */
export function headline(status: StatusResult, view: View): string[] {
  const [only, ...others] = status.masters;
  if (only !== undefined && others.length === 0) return masterVerdict(only, status, view);
  const theme = themeOf(view);
  if (only === undefined) {
    const first = gravest(status.problems)?.message ?? 'no master is monitored';
    return verdictLines('UNHEALTHY', theme.bad, `${status.cluster}: ${first}`, view);
  }
  const healthy = status.masters.filter((m) => m.healthy).length;
  const words = `${healthy} of ${count(status.masters.length, 'master')} healthy`;
  return status.healthy
    ? verdictLines('HEALTHY', theme.ok, words, view)
    : verdictLines('UNHEALTHY', theme.bad, words, view);
}

function masterVerdict(master: MasterStatus, status: StatusResult, view: View): string[] {
  const theme = themeOf(view);
  const first = gravest(master.problems);
  if (!master.healthy && first !== undefined) {
    const words = first.message.includes(master.name) ? first.message : `${master.name}: ${first.message}`;
    const others = master.problems.filter((p) => p !== first && p.severity !== 'info').length;
    const more = others > 0 ? ` (and ${others} more)` : '';
    return verdictLines('UNHEALTHY', theme.bad, `${words}${more}`, view);
  }
  return verdictLines('HEALTHY', theme.ok, summary(master, status.sentinels), view);
}

/** `mymaster → redis-1 127.0.0.1:6379, 2/2 replicas linked, 3/3 sentinels agree, quorum 2 reachable`. */
function summary(master: MasterStatus, sentinels: readonly SentinelStatus[]): string {
  const replicas = master.nodes.filter((n) => n.id !== master.master?.id);
  const linked = replicas.filter((n) => n.role === 'replica' && n.linkStatus === 'up');
  const agreeing = master.views.filter((v) => !v.differs);
  const known = master.views.length + sentinels.filter((s) => !s.reachable).length;
  const quorum = master.views[0]?.quorum;
  return [
    `${master.name} → ${master.master === null ? 'no master' : named(master.master)}`,
    `${linked.length}/${replicas.length} replicas linked`,
    `${agreeing.length}/${known} sentinels agree`,
    ...(quorum === undefined ? [] : [`quorum ${quorum} reachable`]),
  ].join(', ');
}

import {
  answering,
  FAULTS,
  inspecting,
  KILL,
  killingTests,
  list,
  only,
  reportChoice,
  run,
  SWITCH,
  silent,
} from './menu-entries.js';
import { fixesOf } from './menu-fixes.js';
import { standingOf } from './menu-standing.js';
import { knownTarget, type MenuChoice, type MenuState, type MenuTarget, WRONG } from './menu-state.js';

/**
 * The choices for a cluster that sentinelctl did not start. What acts is offered where it was attached under a name and
 * may be changed; each such command asks for that name itself.
 */
export function attachedChoices(
  state: MenuState,
  { words }: Extract<MenuTarget, { kind: 'attached' }>,
): MenuChoice[] {
  const of = (...more: string[]): string[] => [...more, ...words];
  const known = knownTarget(state);
  const { seen, isActive, isOpen, canAct, isHealthy } = standingOf(state);
  const looks = [
    ...inspecting(of, seen?.health),
    run('Inspect', 'Replicas', 'as each sentinel sees them', of('replicas')),
    run('Inspect', 'Sentinels', 'as each of them sees the others', of('sentinels')),
  ];
  if (known === undefined) return [...looks, ...reportChoice(state.reports), SWITCH];
  const { name, isReadonly, isInFile } = known;
  const isReached = known.way !== 'network';
  const mayEnd = isReached && !isReadonly;
  const isOne = seen?.status.masters.length === 1;
  const fixes = isActive || isReadonly || seen === undefined ? [] : fixesOf(seen.status, name);
  const heal = run(WRONG, 'Heal', 'roll back the faults that are left', of('heal'));
  const isHealOffered = fixes.some((fix) => ['heal', 'recover'].includes(fix.words[0] ?? ''));
  return [
    ...fixes.map((fix) => run(WRONG, fix.name, fix.about, of(...fix.words))),
    ...only(isOpen && !isActive && !isHealOffered, heal),
    ...looks,
    ...only(
      isReached,
      run('Inspect', 'Logs', 'the last lines of all nodes, merged by time', of('logs', '--tail', '50')),
    ),
    ...only(mayEnd && isHealthy && isOne, ...killingTests(seen?.status.masters[0]?.master?.id, of)),
    ...only(state.hasHistory, run('Test', 'History', 'past failover tests, with trends', of('history'))),
    ...reportChoice(state.reports),
    ...only(
      !isReadonly && isHealthy && isOne,
      list('Faults', FAULTS, 'inject one that is possible there, and roll it back', [
        'fault',
        of('inject', '…'),
      ]),
    ),
    ...only(
      mayEnd && canAct && answering(seen?.status).length > 0,
      list('Faults', KILL, 'SIGKILL, like a crash', ['kill', of('kill', '…')]),
    ),
    ...only(
      mayEnd && canAct && silent(seen?.status).length > 0,
      list('Cluster', 'Start a node …', 'a data node as a replica of the current master', [
        'start',
        of('start', '…'),
      ]),
    ),
    ...only(
      !isInFile && !isOpen,
      run('Cluster', 'Detach', 'forget it on this machine; nothing changes there', ['detach', name]),
    ),
    SWITCH,
  ];
}

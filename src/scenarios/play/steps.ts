import { randomBytes } from 'node:crypto';
import { withNode } from '../../cluster/ask.js';
import { refused } from '../../errors.js';
import type { Act } from '../../faults/act.js';
import { describeActs } from '../../faults/acts/index.js';
import type { Fault } from '../../faults/catalogue/fault.js';
import { catalogue } from '../../faults/catalogue/index.js';
import { inject, injectSettings } from '../../faults/conduct.js';
import { nodeOf } from '../../faults/context.js';
import type { DriverName } from '../../model/drivers.js';
import { rolesNow } from '../../observe/roles.js';
import { idsOf } from '../format/evidence.js';
import type { Scenario, Step } from '../format/scenario.js';
import { writeKeys } from './keys.js';
import { evidenceSoFar, type ScenarioRun } from './play-state.js';
import { paramsOf, targetsOf } from './targets.js';
import { hold, waitFor } from './waiting.js';

/** What a step came to: what was done or seen, or that it is not as it must be. */
export interface StepDone {
  outcome: 'done' | 'failed' | 'unknown';
  evidence: string;
}

const done = (evidence: string): StepDone => ({ outcome: 'done', evidence });

/** Does one step. Throws OperatorError where something cannot be done; what does not come true is a result. */
export async function doStep(play: ScenarioRun, step: Step): Promise<StepDone> {
  switch (step.do) {
    case 'inject':
      return done(await injectFault(play, step));
    case 'heal':
      return done(await heal(play, step));
    case 'wait':
    case 'hold': {
      const { verdict, evidence } =
        step.do === 'wait'
          ? await waitFor(play, step.until, step.withinMs)
          : await hold(play, step.condition, step.forMs);
      return {
        outcome: verdict === 'holds' ? 'done' : verdict === 'violated' ? 'failed' : 'unknown',
        evidence,
      };
    }
    case 'rest':
      await play.runtime.clock.sleep(step.forMs, play.runtime.signal);
      return done('');
    case 'sentinel':
      return done(await tellSentinel(play, step));
    case 'set':
      return done(await set(play, step, (node) => ({ act: 'sentinel-set', node, set: step.values })));
    case 'config':
      return done(await set(play, step, (node) => ({ act: 'config', node, set: step.values })));
    case 'debug':
      return done(await set(play, step, (node) => ({ act: 'sentinel-debug', node, set: step.values })));
    case 'write': {
      const prefix = `sentinelctl:chaos:${randomBytes(6).toString('hex')}`;
      const [master] = idsOf('master', evidenceSoFar(play));
      const node = nodeOf(play.live.plan, master ?? play.roles.master.id);
      play.keys = await writeKeys(node, prefix, step.keys, play.live.asking);
      return done(`on ${node.id}`);
    }
  }
}

/** The fault of that name. Throws where the scenario was not read against this catalogue. */
export function faultNamed(name: string): Fault {
  const fault = catalogue.find((f) => f.name === name);
  if (fault === undefined) throw new Error(`unknown fault ${name}`);
  return fault;
}

async function injectFault(play: ScenarioRun, step: Extract<Step, { do: 'inject' }>): Promise<string> {
  const { live } = play;
  const fault = faultNamed(step.fault);
  // A second fault often comes while the sentinels do not agree: then the node that last said master counts.
  const master = nodeOf(live.plan, idsOf('master', evidenceSoFar(play))[0] ?? play.roles.master.id);
  const roles = await rolesNow(live, master);
  const tag = randomBytes(4).toString('hex');
  const acts = fault.acts(roles, targetsOf(step.on, evidenceSoFar(play)), paramsOf(step.with, tag));
  const injected = await inject(play, acts);
  play.firstFault ??= fault.name;
  play.injected.push({ name: fault.name, acts: injected });
  return describeActs(
    { live },
    injected.map(({ act }) => act),
  )
    .map(({ does }) => does)
    .join('; ');
}

async function heal(play: ScenarioRun, step: Extract<Step, { do: 'heal' }>): Promise<string> {
  const { experiment, injected } = play;
  const active = experiment.active();
  play.observer.expectReturn();
  if (step.what === null) {
    await experiment.heal({ asCrashed: step.asCrashed });
    play.healed = true;
    return `${active.length} rolled back, converged`;
  }
  const meant = injected.findLast((i) => i.name === step.what)?.acts ?? [];
  const only = active.filter((a) => meant.some((m) => m.n === a.n));
  if (only.length === 0) return 'nothing of it was active';
  await experiment.heal({ only, asCrashed: step.asCrashed });
  return `${only.length} rolled back`;
}

async function tellSentinel(play: ScenarioRun, step: Extract<Step, { do: 'sentinel' }>): Promise<string> {
  const { live, runtime, observer } = play;
  const [id] = idsOf(step.at, evidenceSoFar(play));
  if (id === undefined) throw refused('nobody-meant', `no node is ${step.at} now`);
  play.injectedAtMs = runtime.clock.now();
  play.healed = false;
  observer.hurry();
  play.firstFault ??= `sentinel-${step.command}`;
  await withNode(nodeOf(live.plan, id), live.asking, (c) =>
    c.call('SENTINEL', step.command.toUpperCase(), play.roles.masterName),
  );
  return `at ${id}`;
}

async function set(
  play: ScenarioRun,
  step: { do: 'set' | 'config' | 'debug'; on: string[] },
  actFor: (node: string) => Act,
): Promise<string> {
  const ids = [...new Set(step.on.flatMap((who) => idsOf(who, evidenceSoFar(play))))];
  const acts = await injectSettings(play, ids.map(actFor));
  play.injected.push({ name: step.do, acts });
  return `at ${ids.join(', ')}`;
}

/** Why a driver cannot play a scenario; null where nothing speaks against it. Pure. */
export function whyNotHere(scenario: Scenario, driver: DriverName): string | null {
  if (!scenario.drivers.includes(driver)) return `it is for the ${scenario.drivers.join(' or ')} driver`;
  for (const step of scenario.steps) {
    if (step.do !== 'inject') continue;
    const way = faultNamed(step.fault).drivers[driver];
    if (!way.can) return `${step.fault}: ${way.why}; ${way.instead}`;
  }
  return null;
}

import type { LiveCluster } from '../../cluster/open.js';
import type { Act } from '../../faults/act.js';
import { describeActs } from '../../faults/acts/index.js';
import { isEnd, sentBy } from '../../faults/rights.js';
import type { DriverName } from '../../model/drivers.js';
import { formatDurationMs } from '../../model/duration.js';
import { type Sent, STEP_RIGHTS, together } from '../../model/operator-rights.js';
import { type ClusterPlan, dataNodes, sentinelNodes, slotsOf } from '../../model/plan.js';
import type { Snapshot } from '../../model/snapshot.js';
import { DEFAULT_SPEC } from '../../model/spec.js';
import { rolesIn } from '../../observe/roles.js';
import { conditionText } from '../format/condition-text.js';
import { idsOf } from '../format/evidence.js';
import { ALWAYS, type Scenario, type Shape, type Step } from '../format/scenario.js';
import { stepText } from './step-text.js';
import { faultNamed, whyNotHere } from './steps.js';
import { paramsOf, targetsOf } from './targets.js';

/** What a scenario would do, without doing any of it. */
export interface ScenarioPlan {
  name: string;
  summary: string;
  source: string | null;
  tags: string[];
  cluster: string;
  /** Why it would be skipped; null where it would be played. */
  skipped: string | null;
  steps: { step: string; acts: { does: string; undo: string }[] }[];
  expectations: string[];
  invariants: string[];
  weakness: { explanation: string; advice: string; shows: string[] } | null;
}

/** The result of `chaos run --dry-run` and `chaos show`. */
export interface ChaosPlan {
  dryRun: true;
  /** The cluster that was named; null: a scratch cluster for each scenario. */
  cluster: string | null;
  scenarios: ScenarioPlan[];
}

/** Works out the exact acts, on a cluster that is imagined in the shape that is needed. Does nothing; asks no server. */
export function planOf(scenario: Scenario, driver: DriverName): ScenarioPlan {
  const { weakness } = scenario;
  const skipped = whyNotHere(scenario, driver);
  const imagined = imaginedCluster(scenario.shape, driver);
  return {
    name: scenario.name,
    summary: scenario.summary,
    source: scenario.source,
    tags: scenario.tags,
    cluster: shapeText(scenario.shape),
    skipped,
    steps: scenario.steps.map((step) => ({
      step: stepText(step),
      acts: skipped === null ? actsOf(step, imagined) : [],
    })),
    expectations: scenario.expect.map(conditionText),
    invariants: [...ALWAYS, ...scenario.invariants],
    weakness:
      weakness === null
        ? null
        : {
            explanation: weakness.explanation,
            advice: weakness.advice,
            shows: weakness.shows.map(conditionText),
          },
  };
}

function shapeText(shape: Shape): string {
  return [
    `${shape.replicas} replica${shape.replicas === 1 ? '' : 's'}, ${shape.sentinels} sentinels, quorum ${shape.quorum}`,
    `down-after ${formatDurationMs(shape.downAfterMs)}, failover-timeout ${formatDurationMs(shape.failoverTimeoutMs)}`,
    ...(shape.persistence === 'procedure' ? [] : [`persistence ${shape.persistence}`]),
    ...(shape.loopback === 'own' ? ['a loopback address each'] : []),
    ...shape.redisConf.map(([name, value]) => `${name} ${value}`),
  ].join(', ');
}

/** redis-1 is the master, the usual ports. */
export function imaginedCluster(shape: Shape, driver: DriverName): ClusterPlan {
  const { loopback: _, ...rest } = shape;
  const spec = { ...DEFAULT_SPEC, ...rest };
  const slots = slotsOf(spec, () => '0'.repeat(40));
  const port = (id: string): number =>
    Number(id.split('-')[1]) - 1 + (id.startsWith('redis') ? 6379 : 26_379);
  const nodes = slots.map((slot) => {
    const address = { host: '127.0.0.1', port: port(slot.id) };
    return { ...slot, announce: address, endpoint: address };
  });
  return { spec, driver, nodes };
}

/** The exact acts of a step, in words. Throws what its fault throws for a target that makes no sense. */
export const actsOf = (step: Step, plan: ClusterPlan): { does: string; undo: string }[] =>
  describeActs({ live: { plan } as LiveCluster }, plainActsOf(step, plan));

function plainActsOf(step: Step, plan: ClusterPlan): Act[] {
  const roles = rolesIn(plan, imaginedSnapshot(plan));
  const evidence = { roles, seen: [] };
  const ids = (on: readonly string[]): string[] => on.flatMap((who) => idsOf(who, evidence));
  switch (step.do) {
    case 'inject':
      return faultNamed(step.fault).acts(
        roles,
        targetsOf(settled(step.on), evidence),
        paramsOf(step.with, 'TAG'),
      );
    case 'set':
      return ids(step.on).map((node) => ({ act: 'sentinel-set', node, set: step.values }));
    case 'config':
      return ids(step.on).map((node) => ({ act: 'config', node, set: step.values }));
    case 'debug':
      return ids(step.on).map((node) => ({ act: 'sentinel-debug', node, set: step.values }));
    default:
      return [];
  }
}

/** Whether a scenario ends a node. */
export function endsNodes({ shape, steps }: Scenario, driver: DriverName): boolean {
  const imagined = imaginedCluster(shape, driver);
  return steps.some((step) => plainActsOf(step, imagined).some(isEnd));
}

/** What a scenario sends to each kind of server. Which nodes are hit is known only while it is played. */
export function sentIn(scenario: Scenario, driver: DriverName): Sent {
  const imagined = imaginedCluster(scenario.shape, driver);
  return together(
    ...(scenario.workload === null ? [] : [STEP_RIGHTS.clients]),
    ...scenario.steps.flatMap((step): Partial<Sent>[] =>
      step.do === 'sentinel'
        ? [STEP_RIGHTS[step.command]]
        : step.do === 'write'
          ? [STEP_RIGHTS.write]
          : sentBy(plainActsOf(step, imagined)),
    ),
  );
}

/** A stand-in for each node that has its role only while it is played. */
const settled = (on: readonly string[]): string[] =>
  on.map((word) =>
    word
      .replace(/(?<![\w-])leader(?![\w-])/g, 'sentinel-1')
      .replace(/(?<![\w-])new-master(?![\w-])/g, 'redis-2'),
  );

/** Every sentinel names the first node. */
function imaginedSnapshot(plan: ClusterPlan): Snapshot {
  const { spec } = plan;
  const master = dataNodes(plan)[0]?.announce ?? { host: '127.0.0.1', port: 6379 };
  const view = {
    name: spec.masterName,
    address: master,
    runId: '',
    flags: ['master'],
    configEpoch: 0,
    quorum: spec.quorum,
    downAfterMs: spec.downAfterMs,
    failoverTimeoutMs: spec.failoverTimeoutMs,
    parallelSyncs: spec.parallelSyncs,
    failoverState: null,
    replicas: [],
    sentinels: [],
    ckquorum: { ok: true, usable: spec.sentinels, message: '' },
  };
  return {
    takenAtMs: 0,
    sentinels: sentinelNodes(plan).map(({ id, announce, endpoint, sentinelId }) => ({
      id,
      announce,
      endpoint,
      answer: { version: '', sentinelId: sentinelId ?? '', tilt: false, masters: [view] },
      silence: null,
    })),
    groups: [
      {
        masterName: spec.masterName,
        nodes: dataNodes(plan).map(({ id, announce, endpoint }) => ({
          id,
          announce,
          endpoint,
          answer: null,
          silence: null,
        })),
      },
    ],
  };
}

import { OperatorError } from '../../errors.js';
import type { FaultParams } from '../../faults/catalogue/fault.js';
import { DRIVER_NAMES } from '../../model/drivers.js';
import { nearest } from '../../model/nearest.js';
import { DEBUG_PERIODS_MS } from '../../model/sentinel-settings.js';
import type { Complaint, ReadParts } from '../format/parse.js';
import type { Shape, Step } from '../format/scenario.js';
import { actsOf, imaginedCluster } from './plan.js';
import { faultNamed } from './steps.js';

/** What SENTINEL SET takes (sentinel.c, sentinelSetCommand) and SENTINEL MASTER shows, so that it can be restored. */
const SETTABLE = [
  'down-after-milliseconds',
  'failover-timeout',
  'parallel-syncs',
  'quorum',
  'notification-script',
  'client-reconfig-script',
  'master-reboot-down-after-period',
];
const TUNABLE = Object.keys(DEBUG_PERIODS_MS);
const ROLES = [
  'master',
  'old-master',
  'new-master',
  'leader',
  'other-sentinel',
  'replicas',
  'nodes',
  'sentinels',
  'client',
];
const PARAMS: Readonly<Record<string, keyof FaultParams>> = {
  for: 'forMs',
  delay: 'delayMs',
  jitter: 'jitterMs',
};

const meantBy = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known);
  return meant === undefined || meant === word ? '' : `; did you mean ${meant}?`;
};

/** What is wrong with a scenario beyond its format: faults, nodes and settings that are not there. Does nothing. */
export function checkFile({ plain, shape, steps }: ReadParts): Complaint[] {
  const nowhere = nodesNowhere(plain, shape);
  const injected = steps.flatMap((step) => (step?.do === 'inject' ? [step.fault] : []));
  return [
    ...nowhere,
    ...steps.flatMap((step, i): Complaint[] => {
      const at = ['steps', i];
      if (step === null) return [];
      const isKnown = nowhere.some(({ path }) => path[0] === 'steps' && path[1] === i);
      if (step.do === 'inject') return ofInjection(step, shape, at, isKnown);
      if (step.do === 'set') return strangeKeys(step.values, SETTABLE, [...at, 'set'], 'SENTINEL SET');
      if (step.do === 'debug') return strangeKeys(step.values, TUNABLE, [...at, 'debug'], 'SENTINEL DEBUG');
      if (step.do !== 'heal' || step.what === null) return [];
      const known = [...injected, 'all', 'set', 'config', 'debug'];
      if (known.includes(step.what)) return [];
      const text = `nothing called "${step.what}" is injected by this scenario${meantBy(step.what, known)}`;
      return [{ path: [...at, 'heal'], text }];
    }),
  ];
}

function strangeKeys(
  values: Readonly<Record<string, string>>,
  known: readonly string[],
  path: Complaint['path'],
  command: string,
): Complaint[] {
  return Object.keys(values)
    .filter((key) => !known.includes(key.toLowerCase()))
    .map((key) => ({
      path,
      key,
      text: `${command} has no "${key}" that could be restored${meantBy(key, known) || `: ${known.join(', ')}`}`,
    }));
}

function ofInjection(
  step: Extract<Step, { do: 'inject' }>,
  shape: Shape,
  at: Complaint['path'],
  isKnown: boolean,
): Complaint[] {
  const fault = faultNamed(step.fault);
  const heeded = Object.keys(PARAMS).filter((name) => (PARAMS[name] ?? '') in fault.params);
  const strange = Object.keys(step.with).filter((name) => !heeded.includes(name));
  if (strange.length > 0) {
    const what = heeded.length === 0 ? 'nothing' : heeded.join(', ');
    return strange.map((key) => ({
      path: [...at, 'with'],
      key,
      text: `${fault.name} does not take "${key}": ${what}${meantBy(key, heeded)}`,
    }));
  }
  const bare = Object.entries(step.with).filter(
    ([, value]) => /^[\d.]+$/.test(String(value)) && Number(value) !== 0,
  );
  if (bare.length > 0) {
    return bare.map(([key, value]) => ({
      path: [...at, 'with', key],
      text: `give a unit: ${value}s or ${value}ms`,
    }));
  }
  if (isKnown) return [];
  try {
    actsOf(step, imaginedCluster(shape, DRIVER_NAMES[0]));
    return [];
  } catch (error) {
    // Who is what while it is played is not known yet.
    if (!(error instanceof OperatorError) || error.message.includes('at this moment')) return [];
    const plan = imaginedCluster(shape, DRIVER_NAMES[0]);
    const [, word] = /"([^"]*)"/.exec(error.message) ?? [];
    const words = [...plan.nodes.map(({ id }) => id), ...ROLES];
    const text = error.message.replace(/ in cluster "[^"]*"/, '');
    const which = error.hint === undefined ? '' : ` (${error.hint})`;
    return [
      { path: [...at, 'on'], text: `${text}${word === undefined ? '' : meantBy(word, words)}${which}` },
    ];
  }
}

const NAMES_SOMEBODY = ['on', 'of', 'at', 'master'];

/** Nodes that the cluster of the scenario will not have. */
function nodesNowhere(plain: unknown, shape: Shape, path: Complaint['path'] = []): Complaint[] {
  if (typeof plain === 'string') {
    const names = path.findLast((part) => typeof part === 'string');
    if (!NAMES_SOMEBODY.includes(String(names))) return [];
    const most: Record<string, number> = {
      redis: shape.replicas + 1,
      sentinel: shape.sentinels,
      replica: shape.replicas,
    };
    return [...plain.matchAll(/(?<![\w-])(redis|sentinel|replica)-(\d+)(?![\w-])/g)].flatMap(
      ([id, kind = '', n]) => {
        const last = most[kind] ?? 0;
        const has = `this cluster has ${kind}-1${last > 1 ? ` to ${kind}-${last}` : ''}`;
        return Number(n) <= last && n !== '0' ? [] : [{ path, text: `no node ${id}: ${has}` }];
      },
    );
  }
  if (typeof plain !== 'object' || plain === null) return [];
  return Object.entries(plain).flatMap(([key, value]) =>
    nodesNowhere(value, shape, [...path, Array.isArray(plain) ? Number(key) : key]),
  );
}

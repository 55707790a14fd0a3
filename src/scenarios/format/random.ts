import { type Random, randomOf } from '../../model/random.js';
import type { Condition, Scenario, Shape, Step, Unplaced } from './scenario.js';

/** A kind of random scenario: the steps around a fault. */
interface Template {
  /** How often it is drawn, relative to the others. */
  weight: number;
  /** It hits more than a minority of the sentinels, or all replicas, at the same time. */
  wide: boolean;
  /** It cuts links. */
  links: boolean;
  name: string;
  steps(random: Random, shape: Shape): Unplaced[];
}

const inject = (fault: string, on: string[] = [], params: Record<string, string> = {}): Unplaced => ({
  do: 'inject',
  fault,
  on,
  with: params,
});
const FAILOVER: Unplaced = { do: 'wait', until: { is: 'failover' }, withinMs: null };
const CONVERGED: Unplaced = { do: 'wait', until: { is: 'converged' }, withinMs: null };
const HEAL: Unplaced = { do: 'heal', what: null, asCrashed: false };
const rest = (random: Random, upToMs: number): Unplaced => ({
  do: 'rest',
  forMs: 100 + random.below(upToMs),
});
const aReplica = (random: Random, { replicas }: Shape): string => `replica-${1 + random.below(replicas)}`;
const aSentinel = (random: Random, { sentinels }: Shape): string => `sentinel-${1 + random.below(sentinels)}`;

const TEMPLATES: readonly Template[] = [
  { name: 'kill', weight: 5, wide: false, links: false, steps: () => [inject('kill', ['master']), FAILOVER] },
  { name: 'stop', weight: 2, wide: false, links: false, steps: () => [inject('stop', ['master']), FAILOVER] },
  {
    name: 'freeze',
    weight: 3,
    wide: false,
    links: false,
    steps: (random) => [inject('freeze', ['master']), rest(random, 6000)],
  },
  {
    name: 'pause-writes',
    weight: 1,
    wide: false,
    links: false,
    steps: (random) => [
      inject('pause-writes', ['master'], { for: `${500 + random.below(4000)}ms` }),
      rest(random, 3000),
    ],
  },
  {
    name: 'replica',
    weight: 3,
    wide: false,
    links: false,
    steps: (random, shape) => [inject('replica-kill', [aReplica(random, shape)]), rest(random, 4000)],
  },
  {
    name: 'sentinel',
    weight: 3,
    wide: false,
    links: false,
    steps: (random, shape) => [
      inject('sentinel-down', [aSentinel(random, shape)]),
      rest(random, 2000),
      inject('kill', ['master']),
      FAILOVER,
    ],
  },
  {
    name: 'partition',
    weight: 3,
    wide: false,
    links: true,
    steps: (random) => [
      inject('partition', [['master', 'one-way', 'replication-link'][random.below(3)] ?? 'master']),
      rest(random, 6000),
    ],
  },
  {
    name: 'busy',
    weight: 1,
    wide: false,
    links: false,
    steps: (random) => [inject('busy-script', ['master']), rest(random, 4000)],
  },
  {
    name: 'misconf',
    weight: 1,
    wide: false,
    links: false,
    steps: (random) => [inject('misconf', ['master']), rest(random, 4000)],
  },
  {
    name: 'priority',
    weight: 1,
    wide: false,
    links: false,
    steps: (random) => [inject('priority-zero'), rest(random, 2000)],
  },
  {
    name: 'majority',
    weight: 1,
    wide: true,
    links: false,
    steps: (random) => [inject('sentinel-majority-down'), rest(random, 4000)],
  },
  {
    name: 'replicas',
    weight: 1,
    wide: true,
    links: false,
    steps: (random) => [inject('all-replicas-down'), rest(random, 4000)],
  },
];

const SEEDS = 2 ** 31 - 1;

export interface RandomOptions {
  seed: number;
  shape: Shape;
  /** Whether links can be cut. */
  links: boolean;
  /** Also faults that hit more than a minority of the sentinels, or all replicas, at the same time. */
  wide: boolean;
  drivers: Scenario['drivers'];
}

/** The nth random scenario of a seed: the same on every machine. Pure. */
export function randomScenario(n: number, { seed, shape, links, wide, drivers }: RandomOptions): Scenario {
  // Streams of neighbouring seeds begin alike, so each scenario's seed is drawn from the run's stream.
  const run = randomOf(seed);
  for (let i = 1; i < n; i++) run.below(SEEDS);
  const random = randomOf(run.below(SEEDS));
  const templates = TEMPLATES.filter((s) => (wide || !s.wide) && (links || !s.links));
  let at = random.below(templates.reduce((sum, s) => sum + s.weight, 0));
  const template = templates.find((s) => {
    at -= s.weight;
    return at < 0;
  });
  if (template === undefined) throw new Error('no template is left');
  const steps = [...template.steps(random, shape), HEAL, CONVERGED].map((s) => ({ ...s, line: 0 }) as Step);
  const expect: Condition[] = [];
  return {
    name: `random-${n}-${template.name}`,
    summary: `seed ${seed}, the ${ordinal(n)}: ${template.name}`,
    tags: ['random'],
    source: null,
    shape,
    drivers,
    workload: null,
    steps,
    expect,
    invariants: [],
    weakness: null,
    file: 'random',
  };
}

/** `1st`, `22nd`, `111th`. */
function ordinal(n: number): string {
  const isTeen = n % 100 >= 11 && n % 100 <= 13;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

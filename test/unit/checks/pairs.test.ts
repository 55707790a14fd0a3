import { describe, expect, it } from 'vitest';
import { CHECKS, type DoctorResult, diagnose, type Finding } from '../../../src/checks/index.js';
import { randomOf } from '../../../src/model/random.js';
import {
  ALTERATIONS,
  type Alteration,
  altered,
  flawless,
  type Place,
} from '../../helpers/alterations/index.js';

const PLACES: readonly Place[] = ['one machine', 'three machines'];
const SEED = Number(process.env.PAIRS_SEED ?? 20_250_611);
/** How many are judged: some in every run, thousands when asked to. */
const PAIRS = Number(process.env.PAIRS_COUNT ?? 60);

/** Looks for the application's side, which has a plant of its own for each. */
const isOfApplication = (id: string): boolean => id.startsWith('app-');

const canBe = (place: Place, { only }: Alteration): boolean => only === undefined || only === place;
const nameOf = ({ id, subject }: { id: string; subject: string }): string => `${id} of ${subject}`;

/** Every value by its path; servers and records by their ids, and the text of a file line by line. */
function leavesOf(value: unknown, path = ''): [string, unknown][] {
  if (typeof value === 'string' && value.includes('\n')) {
    return value.split('\n').map((line) => [`${path} ${line}`, true]);
  }
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => {
    const { id, name: known } = (inner ?? {}) as { id?: string; name?: string };
    return leavesOf(inner, `${path}/${Array.isArray(value) ? (id ?? known ?? name) : name}`);
  });
}

/** What a fault changes: the path and its value now, undefined where it is gone. */
function changesOf(place: Place, fault: Alteration): ReadonlyMap<string, unknown> {
  const key = `${place} ${nameOf(fault)}`;
  const known = CHANGES.get(key) ?? difference(HEALTHY[place], leavesOf(altered(place, fault)));
  CHANGES.set(key, known);
  return known;
}
const CHANGES = new Map<string, ReadonlyMap<string, unknown>>();

const HEALTHY: Record<Place, [string, unknown][]> = {
  'one machine': leavesOf(flawless('one machine')),
  'three machines': leavesOf(flawless('three machines')),
};

function difference(a: [string, unknown][], b: [string, unknown][]): ReadonlyMap<string, unknown> {
  const [before, after] = [new Map(a), new Map(b)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return new Map(
    paths.filter((path) => before.get(path) !== after.get(path)).map((path) => [path, after.get(path)]),
  );
}

/** One of each is only there while the other is not. */
const EXCLUDE = [
  // Where there are two masters there is one.
  ['no-master', 'split-brain'],
  ['failover-stuck', 'split-brain'],
  ['master-address-not-master', 'no-master'],
  // Where the sentinels name different masters, their epochs are part of that.
  ['master-disagree', 'epoch-disagree'],
  // A journal says one thing at a time.
  ['unfinished-journal', 'journal-unreadable'],
  ['unfinished-journal', 'run-under-way'],
  ['journal-unreadable', 'run-under-way'],
  // While a failover is in progress, a replica may follow another node.
  ['failover-in-progress', 'replica-orphan'],
  // Keys are compared where the link is up.
  ['masterauth-missing', 'data-differs'],
  // A newer epoch at one sentinel is a switch that spreads, and a replica may follow another node until then.
  ['epoch-disagree', 'replica-orphan'],
  // A master that does not answer at all is no-master.
  ['master-down', 'master-frozen'],
  // It is about a master that answers sentinelctl.
  ['master-frozen', 'sentinel-disconnected'],
  // Clients that write to the node that the sentinels call a replica are right then.
  ['client-pinned', 'master-address-not-master'],
  // Who keeps nothing on disk loads nothing.
  ['reboot-gap', 'restart-wipe'],
  // Where replicas follow each other in a ring, no replica is at an offset of the master.
  ['data-differs', 'replica-ring'],
  // Sentinels that are sent to a replica name no master: the one that it follows is not in their group.
  ['monitor-replica', 'split-brain'],
  // What a second master holds is not compared as a replica's.
  ['data-differs', 'split-brain'],
  // Where the named master is a replica itself, who follows it follows the named master.
  ['replica-chained', 'master-address-not-master'],
  // A name is one more address of the server that has two.
  ['hostname-mixed', 'address-double'],
  // Who monitors the master under another name has no vote.
  ['sentinels-colocated', 'name-mismatch'],
  // Only a master holds writes back.
  ['pause-too-long', 'replica-ring'],
] as const;

/**
 * Two faults contradict each other where both change the same value, and not to the same: one undoes the other. They do not
 * where one changes the answer of a server that the other silences: its answer is only not known then. They do where a
 * server is at fault and absent.
 */
function contradict(place: Place, a: Alteration, b: Alteration): boolean {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    // Of a name that no sentinel knows nothing else can be told.
    if (one.id === 'unknown-master-name') return true;
    if (EXCLUDE.some(([x, y]) => one.id === x && other.id === y)) return true;
    if (takesAway(place, one).some((id) => serversIn(other.subject).includes(id))) return true;
  }
  const [ours, theirs] = [changesOf(place, a), changesOf(place, b)];
  return [...ours].some(([path, value]) => {
    if (!theirs.has(path) || theirs.get(path) === value) return false;
    const id = path.split('/')[2] ?? '';
    const [byA, byB] = [a, b].map(({ silences }) => silences?.[id] !== undefined);
    // Where one takes the server away, no server is left to be silent.
    const unheard = (byA && !byB && theirs.get(path) !== undefined) || (byB && !byA && value !== undefined);
    return !unheard;
  });
}

/** The names of servers in a subject; none where it is about the whole group. */
const serversIn = (subject: string): string[] => subject.match(/\b(redis|sentinel)-\d\b/g) ?? [];
function meet(a: Finding, b: Finding): boolean {
  const [ours = [], theirs = []] = [a, b].map((f) => {
    const named = serversIn(f.subject);
    return named.length === 0 ? [] : [...named, ...(f.servers ?? [])];
  });
  return ours.length === 0 || theirs.length === 0 || ours.some((id) => theirs.includes(id));
}
const causesOf = (id: string): readonly string[] => CHECKS.find((c) => c.id === id)?.causes ?? [];

const takesAway = (place: Place, fault: Alteration): string[] =>
  [...changesOf(place, fault)].flatMap(([path, value]) =>
    value === undefined ? (/^\/(?:sentinels|nodes)\/([^/]+)\/id$/.exec(path)?.[1] ?? []) : [],
  );

/**
 * At the top, or under a finding that the catalogue has as its cause and that is about the same. One finding may name
 * the servers of both faults; and a server that is silent by now is not named for what it said.
 */
function isNamed(
  { findings }: DoctorResult,
  { id, subject, address }: Alteration,
  other?: Alteration,
): boolean {
  const silent = Object.keys(other?.silences ?? {});
  const servers = serversIn(subject).filter((server) => !silent.includes(server));
  const isIt = (f: Finding): boolean =>
    f.id === id &&
    (f.subject === subject ||
      (other !== undefined && f.subject === address) ||
      (other !== undefined && servers.length > 0 && servers.every((s) => serversIn(f.subject).includes(s))));
  return findings.some((root) => {
    const group = [root, ...root.consequences];
    const it = group.find(isIt);
    return it === root || (it !== undefined && group.some((g) => causesOf(g.id).includes(id) && meet(g, it)));
  });
}

/** Skipped because the other fault silences the server that would have said it. */
const isSkipped = ({ skipped }: DoctorResult, { id }: Alteration, { silences }: Alteration): boolean =>
  silences !== undefined &&
  skipped.some((s) => s.id === id && s.why !== '' && !s.why.startsWith('this check failed'));

const shown = ({ findings, skipped }: DoctorResult): string[] => [
  ...findings.flatMap((root) => [
    `${root.severity} ${nameOf(root)}: ${root.message}`,
    ...root.consequences.map((c) => `  under it: ${c.severity} ${nameOf(c)}: ${c.message}`),
  ]),
  ...skipped.filter((s) => !isOfApplication(s.id)).map((s) => `skipped ${s.id}: ${s.why}`),
];

describe('the catalogue', () => {
  const CATALOGUE =
    'hostname-noresolve hostname-slow-dns hostname-mixed conf-shared myid-dup conf-unwritable conf-filemount ' +
    'quorum-gt-n quorum-lt-majority sentinels-few sentinels-even sentinels-colocated settings-skew down-low down-high ' +
    'failover-timeout parallel-syncs script-bad debug-tuned simfail-armed overlap bind-loopback master-loopback ' +
    'name-mismatch auth-pass-missing masterauth-missing acl-short acl-channel rename-command sentinel-pass ' +
    'tls-mismatch protected-mode nat-replica nat-sentinel nat-client dynamic-ip restart-wipe stop-grace ' +
    'ephemeral-port oom priority-zero replica-hidden min-replicas output-buffer backlog-small diskless-delay ' +
    'bgsave-error maxmemory-skew version-skew persistence-skew maxclients reboot-gap no-quorum master-disagree ' +
    'split-brain no-master replica-orphan link-down lag ghost-sentinel ghost-replica tilt clock-skew failover-stuck ' +
    'no-good-slave master-frozen';

  it.each(CATALOGUE.split(' '))('%s is checked', (id) => expect(CHECKS.map((c) => c.id)).toContain(id));

  it('has a fault for each check that looks at a cluster', () => {
    // The first is said by status alone, of what doctor calls min-replicas; the second leaves no cluster that could have
    // another fault. Both are planted in live/strangers.test.ts.
    const alone = ['writes-refused', 'master-never-reached'];
    const planted = new Set([...ALTERATIONS.map((a) => a.id), ...alone]);
    const without = CHECKS.filter((check) => check.needs !== 'files')
      .map((c) => c.id)
      .filter((id) => !planted.has(id) && !isOfApplication(id));
    expect(without).toEqual([]);
  });
});

describe('what needs looking over time', () => {
  const OVER_TIME = ['address-switching', 'restart-loop', 'flapping', 'lag-growing'];

  it('is skipped, and says so, unless --watch-for is given', () => {
    const { skipped } = diagnose(flawless('one machine'), CHECKS);
    expect(CHECKS.filter((c) => c.overTime).map((c) => c.id)).toEqual(OVER_TIME);
    expect(skipped.filter((s) => s.why === 'needs --watch-for 5s').map((s) => s.id)).toEqual(OVER_TIME);
  });

  it('is judged with it, and quiet where nothing happens', () => {
    const gathered = flawless('one machine');
    const at = (node: string, atMs: number) => ({
      node,
      atMs,
      offset: atMs * 400,
      role: node === 'redis-1' ? 'master' : 'replica',
    });
    gathered.watched = {
      forMs: 5000,
      events: [],
      offsets: gathered.nodes.flatMap(({ id }) => [at(id, 10), at(id, 2500), at(id, 4990)]),
    };
    const { findings, skipped } = diagnose(gathered, CHECKS, { only: OVER_TIME });
    expect([findings, skipped]).toEqual([[], []]);
  });
});

describe.each(PLACES)('on %s', (place) => {
  it('nothing is wrong without a fault', () => {
    const { findings } = diagnose(flawless(place), CHECKS);
    expect(findings.map((f) => `${f.severity} ${f.id}`)).toEqual(
      place === 'one machine' ? ['info sentinels-colocated'] : [],
    );
  });

  it.each(ALTERATIONS.filter((a) => canBe(place, a)).map((a) => [nameOf(a), a] as const))(
    '%s is named',
    (_, fault) => {
      const result = diagnose(altered(place, fault), CHECKS);
      expect(isNamed(result, fault), shown(result).join('\n')).toBe(true);
      // A blank in a command is a redirection for the shell, or is set as it stands.
      expect(commandsIn(result).filter((line) => /<[a-z]/i.test(line))).toEqual([]);
    },
  );
});

/** What is printed to be typed in a shell. */
const commandsIn = ({ findings }: DoctorResult): string[] =>
  findings
    .flatMap((root) => [root, ...root.consequences])
    .flatMap((f) => f.fix)
    .filter((line) => /^(?:or: )?(?:\[ -n |redis-cli |sentinelctl |printf )/.test(line));

it(`${PAIRS} pairs of faults: both are named (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const every = PLACES.flatMap((place) => {
    const here = ALTERATIONS.filter((a) => canBe(place, a));
    return here.flatMap((a, i) => here.slice(i + 1).map((b) => ({ place, a, b })));
  });
  const wrong: string[] = [];
  let judged = 0;
  for (const { place, a, b } of random.shuffled(every)) {
    if (judged === PAIRS) break;
    if (contradict(place, a, b)) continue;
    judged++;
    const result = diagnose(altered(place, a, b), CHECKS);
    for (const [fault, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (isNamed(result, fault, other) || isSkipped(result, fault, other)) continue;
      wrong.push([`${nameOf(fault)} with ${nameOf(other)} on ${place}:`, ...shown(result)].join('\n  '));
    }
  }
  expect(judged).toBe(PAIRS);
  expect(wrong.join('\n'), `seed ${SEED}`).toBe('');
});

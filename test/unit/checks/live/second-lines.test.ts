import { beforeEach, describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import { diagnose } from '../../../../src/checks/diagnose.js';
import { expectationOf, snapshotOf } from '../../../../src/checks/facts-of.js';
import ghostSentinel from '../../../../src/checks/live/ghost-sentinel.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import { typedHere } from '../../../../src/model/fix-steps.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { PLAIN, setConfs, setDialled, setGiven, setTyped } from '../../../../src/model/hints.js';
import type { Silence } from '../../../../src/model/snapshot.js';
import type { StatusResult, Verdict } from '../../../../src/model/status.js';
import { endsTooSoon, waitingWords } from '../../../../src/report/text/wait.js';
import { become, unlinked } from '../../../helpers/alterations/alteration.js';
import {
  alter,
  given,
  healthyGathering,
  judge,
  nodeIn,
  replicaRecords,
  silence,
  viewsIn,
} from '../../../helpers/healthy-gathering.js';
import {
  altered,
  attached,
  discovered,
  nodeOf,
  ours,
  silenceNode,
  silenceSentinel,
  viewsIn as viewsOf,
} from '../../../helpers/snapshots.js';

// What another test typed is not the command of this one.
beforeEach(() => setTyped(null));

/** What `status` and `doctor` say of the same moment. */
function both(alter: (g: Gathered) => void): { status: Verdict; doctor: Verdict } {
  const gathered = healthyGathering();
  alter(gathered);
  return {
    status: assess(snapshotOf(gathered), expectationOf(gathered)).verdict,
    doctor: diagnose(gathered, CHECKS).verdict,
  };
}

describe('a master that was told to follow its own replica', () => {
  const ring =
    (record: Record<string, string>, fields: Record<string, string> = {}) =>
    (g: Gathered): void => {
      become(nodeIn(g, 1), 'replica', nodeIn(g, 2), { master_link_status: 'down' });
      for (const n of [2, 3]) {
        unlinked(g, n);
        for (const one of replicaRecords(g, n)) Object.assign(one, record);
      }
      for (const view of viewsIn(g)) Object.assign(view.fields, fields);
    };

  it('has one first line, which counts the failover down, and one second line', () => {
    const reported = { 'role-reported': 'slave', 'role-reported-time': '4000' };
    const { status, doctor } = both(ring({}, reported));
    expect(status.text).toMatch(
      /^mymaster: no writes: no node is the master: redis-1 → redis-2 → redis-1; failover expected within \d+ s/,
    );
    expect(status.next).toBe('sentinelctl status --watch');
    expect(doctor.text).toBe(status.text);
    expect(doctor.next).toBe(status.next);
    const later = both(ring({}, { ...reported, 'role-reported-time': '9000' })).status.text;
    const seconds = (text: string) => Number(/within (\d+) s/.exec(text)?.[1]);
    expect(seconds(status.text) - seconds(later)).toBe(5);
  });

  it('has the remedy where the sentinels promote none', () => {
    const { status, doctor } = both(ring({ 'master-link-down-time': '900000' }));
    expect(status.text).toContain('; the sentinels promote none by themselves');
    expect(status.next).toMatch(
      /^redis-cli -h 127.0.0.1 -p 26379 SENTINEL SET mymaster down-after-milliseconds \d+$/,
    );
    expect([doctor.text, doctor.next]).toEqual([status.text, status.next]);
  });

  it('has it at once where down-after is so short that none will be allowed', () => {
    const { status } = both(ring({}, { 'down-after-milliseconds': '1000' }));
    expect(status.text).toContain('; the sentinels promote none by themselves');
    expect(status.next).toContain(' SENTINEL SET mymaster down-after-milliseconds ');
  });

  it('is repaired by the sentinels where a link is up, however short down-after is', () => {
    const { status, doctor } = both((g) => {
      ring({}, { 'down-after-milliseconds': '1000' })(g);
      alter(nodeIn(g, 2).info, { master_link_status: 'up' });
    });
    expect(status.text).toContain('; failover expected within ');
    expect(status.next).toBe('sentinelctl status --watch');
    expect(doctor.text).toBe(status.text);
  });
});

describe('a server that only this machine does not reach', () => {
  const NO_ROUTE: Silence = {
    kind: 'error',
    message: 'cannot be reached: no route to the host',
    unreached: true,
  };
  const fresh = { answeredMsAgo: 300, pingPendingMs: 0 };

  it.each([
    [
      '127.0.0.1:26379',
      'sentinelctl attach NAME --map 127.0.0.1:6379=HOST:PORT --sentinel-addrs 127.0.0.1:26379',
    ],
    ['shop', 'sentinelctl attach shop --map 127.0.0.1:6379=HOST:PORT'],
  ])('the master of %s: the second line is about the way to it', (cluster, command) => {
    const snapshot = discovered(
      altered((s) => {
        silenceNode(s, 1, NO_ROUTE);
        for (const view of viewsOf(s)) Object.assign(view, fresh);
      }),
    );
    const { verdict } = assess(snapshot, attached({ cluster }));
    expect(verdict.word).toBe('UNKNOWN');
    expect(verdict.next).toBe(
      `${command}  # HOST:PORT is where this machine reaches it; where its container publishes the port, --map-published finds that; else run sentinelctl where 127.0.0.1:6379 can be reached`,
    );
  });

  it('doctor derives no change of the cluster from it', () => {
    const gathered = healthyGathering();
    Object.assign(gathered, { own: false, cluster: 'shop', driver: 'attached' });
    silence(nodeIn(gathered, 1));
    Object.assign(nodeIn(gathered, 1), { silence: NO_ROUTE });
    // What its file says of protected mode is another reason why it could be silent here.
    const doctor = diagnose(gathered, CHECKS, { skip: ['protected-mode'] }).verdict;
    expect(`${doctor.word}  ${doctor.text}`).toMatch(/^UNKNOWN/);
    expect(doctor.next).toMatch(/^sentinelctl attach shop --map /);
    expect(JSON.stringify(doctor)).not.toContain('announce-ip');
  });
});

describe('typed addresses at which no sentinel answers', () => {
  const next = (silence: Silence, cluster = '127.0.0.1:26379'): string | null =>
    assess(
      discovered(
        altered((s) => {
          for (const n of [1, 2, 3]) silenceSentinel(s, n, silence);
          s.groups = [];
        }),
      ),
      attached({ cluster }),
    ).verdict.next;

  it.each<[Silence['kind'], string, RegExp]>([
    ['refused', 'refused the connection', /^ss -ltnp {2}# on the machine of 127\.0\.0\.1:26379/],
    ['timeout', 'did not answer within 1.50 s', /^sentinelctl \w+ --timeout 5s --sentinel-addrs /],
    ['error', 'cannot be found: the host name does not resolve', /^getent hosts 127\.0\.0\.1 {2}# /],
    [
      'protocol',
      'is a data node, not a sentinel',
      /^redis-cli -h 127\.0\.0\.1 -p 26379 SUBSCRIBE __sentinel__:hello {2}# prints the address of each /,
    ],
    ['protocol', 'sent something else', /^sentinelctl status --sentinel-addrs HOST:PORT {2}# give the /],
    [
      'tls',
      'has a certificate that has expired',
      /^renew the certificate of 127\.0\.0\.1:26379 on its machine/,
    ],
    ['tls', 'accepts only TLS at this port: --tls --ca FILE', /^sentinelctl \w+ --tls --ca FILE --s/],
    [
      'tls',
      'does not speak TLS: leave --tls out',
      /^sentinelctl status --sentinel-addrs 127\.0\.0\.1:26379$/,
    ],
  ])('%s: %s', (kind, message, expected) => expect(next({ kind, message })).toMatch(expected));

  it('keeps what was typed: the command, the user and the password, but TLS only where it is spoken', () => {
    setTyped(['doctor']);
    setDialled({
      ctl: [
        { name: '--tls', words: '--tls' },
        { name: '--ca', words: '--ca ca.pem' },
      ],
      cli: '--tls --cacert ca.pem',
    });
    setGiven([
      { name: '--username', words: '--username ops' },
      { name: '--ca', words: '--ca ca.pem' },
      { name: '--insecure', words: '--insecure' },
    ]);
    const tls = next({ kind: 'tls', message: 'does not speak TLS: leave --tls out' });
    const named = next({ kind: 'tls', message: 'does not speak TLS: leave --tls out' }, 'shop');
    const untrusted = next({
      kind: 'tls',
      message: 'has a certificate that is not trusted: --ca FILE has it',
    });
    const elsewhere = next({ kind: 'protocol', message: 'sent something else' });
    setTyped(null);
    setDialled(PLAIN);
    setGiven([]);
    expect(tls).toBe('sentinelctl doctor --sentinel-addrs 127.0.0.1:26379 --username ops');
    expect(named).toBe('sentinelctl doctor --cluster shop --username ops');
    // The last one of an option decides: the wrong one does not stay behind the right one.
    expect(untrusted?.match(/--ca \S+/g)).toEqual(['--ca FILE']);
    expect(elsewhere).toMatch(
      /^sentinelctl doctor --sentinel-addrs HOST:PORT --tls --ca ca\.pem --username ops --insecure {2}# /,
    );
  });

  it('the way of this machine where it has none', () => {
    const message = 'cannot be reached: no route to the host';
    expect(next({ kind: 'error', message, unreached: true })).toMatch(/^ip route get 127\.0\.0\.1 {2}# /);
  });
});

it('an old master that is down is started as a replica of the one that is known', () => {
  const snapshot = altered((s) => {
    silenceNode(s, 2, { kind: 'refused', message: 'refused the connection' });
    const master = nodeOf(s, 1).answer;
    if (master !== null) master.attached = master.attached.filter(({ address }) => address.port !== 6380);
    for (const view of viewsOf(s))
      for (const replica of view.replicas) if (replica.address.port === 6380) replica.runId = '';
  });
  setConfs(new Map([['redis-2', '/d2/redis.conf']]));
  const { verdict } = assess(snapshot, attached({ cluster: 'shop' }));
  setConfs(new Map());
  expect(verdict.next).toMatch(
    /^start the server again on the machine of 127\.0\.0\.1:6380 as a replica .*; by hand: redis-server \/d2\/redis\.conf --replicaof 127\.0\.0\.1 6379 \(/,
  );
  // A program would run it here.
  expect(typedHere(verdict.next)).toBeNull();
});

it('a sentinel that is called gone: what forgets it where sentinelctl may, else the first RESET', () => {
  const gone = (more: Partial<Gathered>) => {
    const gathered = healthyGathering();
    const entry = { flags: 's_down,sentinel,disconnected', 's-down-time': '3600000' };
    for (const view of viewsIn(gathered))
      given(view.sentinels).push({ ip: '127.0.0.1', port: '26399', runid: 'f', ...entry });
    Object.assign(gathered, { gone: ['127.0.0.1:26399'], ...more });
    const [first] = judge(ghostSentinel, gathered) as { fix: string[] }[];
    return first?.fix;
  };
  expect(gone({})?.slice(0, 2)).toEqual([
    'sentinelctl doctor --fix --gone 127.0.0.1:26399',
    '# or by hand, one sentinel at a time:',
  ]);
  expect(gone({ own: false, cluster: '127.0.0.1:26379', driver: 'attached' })?.[0]).toBe(
    'redis-cli -h 127.0.0.1 -p 26379 SENTINEL RESET mymaster',
  );
});

it('wait counts down at the start of the line that is redrawn, and has no number in the one that stays', () => {
  const verdict: Verdict = {
    word: 'DOWN',
    text: 'mymaster: no writes for 3.96 s: redis-1 (master) is down; failover expected within 7 s (and 1 more finding)',
    impact: 'no writes for 3.96 s',
    cause: 'redis-1 (master) is down; failover expected within 7 s',
    forMs: 3960,
    next: null,
    countdown: { words: 'failover expected within 7 s', withinS: 7 },
  };
  const steady =
    'waiting for a master that most sentinels name: DOWN  mymaster: no writes: redis-1 (master) is down (and 1 more finding)';
  expect(waitingWords('master', verdict)).toEqual({
    steady,
    label: `failover expected within 7 s; ${steady}`,
  });
  expect(endsTooSoon(verdict, 3000)).toBe(
    'this wait ends in 3 s, before the failover that is expected within 7 s: a longer --timeout sees it',
  );
  expect(endsTooSoon(verdict, 7000)).toBeNull();
  const late = { words: 'no failover 5.00 s after the usual time', withinS: null };
  expect(endsTooSoon({ countdown: late }, 0)).toBeNull();
});

it('a failed save of a server that takes writes is not said to refuse them', () => {
  const whyOf = (settings: Record<string, string>, pingError?: string) => {
    const snapshot = altered((s) => {
      const { answer } = nodeOf(s, 1);
      if (answer !== null) Object.assign(answer, { diskFaults: ['bgsave'], settings, pingError });
    });
    return assess(snapshot, ours()).problems.find(({ id }) => id === 'bgsave-error')?.why;
  };
  expect(whyOf({ save: '900 1', 'stop-writes-on-bgsave-error': 'no' })).toMatch(/^it takes writes; /);
  expect(whyOf({ save: '900 1', 'stop-writes-on-bgsave-error': 'yes' }, 'MISCONF')).toContain('-MISCONF');
});

describe('an attached cluster of which all data nodes are down', () => {
  const judged = (silentSentinels: number[]): StatusResult => {
    const snapshot = altered((s) => {
      for (const n of [1, 2, 3]) silenceNode(s, n);
      for (const n of silentSentinels) silenceSentinel(s, n);
      for (const [view] of s.sentinels.flatMap(({ answer }) => (answer === null ? [] : [answer.masters]))) {
        view?.flags.push('s_down');
        for (const replica of view?.replicas ?? []) replica.flags.push('s_down', 'disconnected');
      }
    });
    return assess(snapshot, attached({ cluster: 'shop', acts: 'local' }));
  };
  const next = (silentSentinels: number[]): string | null => judged(silentSentinels).verdict.next;

  it('first gets the sentinels that are needed: no data node is started before they name the master', () => {
    expect(next([2, 3])).toMatch(/^sentinelctl start sentinel-2 /);
    expect(next([])).toMatch(/^sentinelctl start redis-2 /);
  });

  it('and all sentinels: the fix of the data nodes starts them too, once a sentinel answers', () => {
    expect(next([1, 2, 3])).toMatch(/^sentinelctl start sentinel-1 /);
    const down = judged([1, 2, 3]).problems.find(({ id }) => id === 'node-down');
    const [sentinels = '', nodes = ''] = down?.fix.split('\n# once a sentinel answers:\n') ?? [];
    const started = (fix: string): string[] => fix.split('\n').map((line) => line.split(' ')[2] ?? '');
    expect(started(sentinels)).toEqual(['sentinel-1', 'sentinel-2', 'sentinel-3']);
    expect(started(nodes)).toEqual(['redis-1', 'redis-2', 'redis-3']);
  });
});

import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/checks/assess.js';
import { statusText } from '../../../src/report/text/status.js';
import {
  altered,
  answerOf,
  attached,
  discovered,
  healthy,
  masterLost,
  nodeOf,
  ours,
  redisAddress,
  silenceNode,
  silenceSentinel,
  TIMEOUT,
  view,
  viewOf,
  viewsIn,
  zombie,
} from '../../helpers/snapshots.js';
import { expectToFit, plainView } from './lines.js';

const well = assess(healthy(), ours());
const lost = assess(masterLost(), ours());
const torn = assess(
  altered((s) => {
    silenceSentinel(s, 2, TIMEOUT);
    Object.assign(viewOf(s, 3), { address: redisAddress(2), configEpoch: 1 });
    Object.assign(answerOf(s, 3), { follows: redisAddress(2) });
  }),
  ours({ cluster: 'lab' }),
);
const silent = assess(
  altered((s) => {
    for (const n of [1, 2, 3]) {
      silenceNode(s, n);
      silenceSentinel(s, n);
    }
    s.groups = [];
  }),
  attached(),
);

describe('status on one screen', () => {
  it('a server that refuses the login is not silent, and a line has a subject', () => {
    const locked = assess(
      altered((s) => silenceNode(s, 3, { kind: 'auth', message: 'requires a password' })),
      attached(),
    );
    const text = statusText(locked, plainView(100));
    expect(text).toMatch(/^redis-3 +access denied/m);
    expect(text).toMatch(/^. redis-3: the role and the state of the server are not known$/m);
  });

  it('several findings in the lines that there are: the verdict, the nodes, a line for each finding', () => {
    const ill = assess(
      altered((s) => {
        viewOf(s, 3).downAfterMs = 9000;
        Object.assign(answerOf(s, 2), { linkStatus: 'down', linkDownS: 12 });
        silenceNode(s, 3, TIMEOUT);
      }),
      ours(),
    );
    const whole = statusText(ill, plainView(80));
    const [room, short] = [20, statusText(ill, plainView(80), { room: 20 })];
    expect(whole.split('\n').length).toBeGreaterThan(room);
    expect(short.split('\n').length).toBeLessThanOrEqual(room);
    expect(short).toMatchInlineSnapshot(`
      "DEGRADED  mymaster: writes go to redis-1; redis-3 does not answer (and 2 more
                findings)
      → sentinelctl resume redis-3
      cluster default, driver process

      NODE     ROLE       ADDRESS         LINK  OFFSET  LAG
      redis-1  master     127.0.0.1:6379  -      14203    -
      redis-2  replica    127.0.0.1:6380  down   14203  0 B
      redis-3  no answer  127.0.0.1:6381  -          -    -
      3 of 3 sentinels name redis-1 as the master, CKQUORUM ok

      ! redis-3: no answer within 1.5 s
        what does not answer cannot be promoted, and its state is not known
      ! redis-2 127.0.0.1:6380 has no link to redis-1 127.0.0.1:6379 for 12.00 s (mas…
      ! down-after-milliseconds is 5000 at sentinel-1 and sentinel-2, 9000 at sentine…
      --all shows each with its reason and its fix"
    `);
    expect(statusText(ill, plainView(80), { room: 99 })).toBe(whole);
  });

  it('healthy, 100 columns', () => {
    expect(statusText(well, plainView(100))).toMatchInlineSnapshot(`
      "HEALTHY  mymaster → redis-1 127.0.0.1:6379, 2/2 replicas linked, 3/3 sentinels agree, quorum 2
               reachable (checks of doctor not run)
      cluster default, driver process

      NODE     ROLE     ADDRESS         LINK  OFFSET    LAG
      redis-1  master   127.0.0.1:6379  -      14203      -
      redis-2  replica  127.0.0.1:6380  up     14203    0 B
      redis-3  replica  127.0.0.1:6381  up     14063  140 B

      SENTINEL    ADDRESS          BELIEVES  EPOCH  CKQUORUM  FLAGS
      sentinel-1  127.0.0.1:26379  redis-1       0  ok 3/3    -
      sentinel-2  127.0.0.1:26380  redis-1       0  ok 3/3    -
      sentinel-3  127.0.0.1:26381  redis-1       0  ok 3/3    -"
    `);
  });

  it('healthy, 60 columns', () => {
    expect(statusText(well, plainView(60))).toMatchInlineSnapshot(`
      "HEALTHY  mymaster → redis-1 127.0.0.1:6379, 2/2 replicas
               linked, 3/3 sentinels agree, quorum 2 reachable
               (checks of doctor not run)
      cluster default, driver process

      NODE     ROLE     ADDRESS         LINK  OFFSET    LAG
      redis-1  master   127.0.0.1:6379  -      14203      -
      redis-2  replica  127.0.0.1:6380  up     14203    0 B
      redis-3  replica  127.0.0.1:6381  up     14063  140 B

      SENTINEL    ADDRESS          BELIEVES  EPOCH  CKQUORUM
      sentinel-1  127.0.0.1:26379  redis-1       0  ok 3/3
      sentinel-2  127.0.0.1:26380  redis-1       0  ok 3/3
      sentinel-3  127.0.0.1:26381  redis-1       0  ok 3/3"
    `);
  });

  it('healthy, 40 columns', () => {
    expect(statusText(well, plainView(40))).toMatchInlineSnapshot(`
      "HEALTHY  mymaster → redis-1
        127.0.0.1:6379, 2/2 replicas linked,
        3/3 sentinels agree, quorum 2
        reachable (checks of doctor not run)
      cluster default, driver process

      NODE     ROLE     ADDRESS         LINK
      redis-1  master   127.0.0.1:6379  -
      redis-2  replica  127.0.0.1:6380  up
      redis-3  replica  127.0.0.1:6381  up

      SENTINEL    BELIEVES  EPOCH  CKQUORUM
      sentinel-1  redis-1       0  ok 3/3
      sentinel-2  redis-1       0  ok 3/3
      sentinel-3  redis-1       0  ok 3/3"
    `);
  });

  it('healthy, where doctor runs next: nothing is said to be left out', () => {
    const [first] = statusText(well, plainView(200), { thenDoctor: true }).split('\n');
    expect(first).toMatch(/quorum 2 reachable$/);
  });

  it('healthy, found without a plan: the address is the id', () => {
    expect(statusText(assess(discovered(), attached()), plainView(100))).toMatchInlineSnapshot(`
      "HEALTHY  mymaster → 127.0.0.1:6379, 2/2 replicas linked, 3/3 sentinels agree, quorum 2 reachable
               (checks of doctor not run)
      cluster 127.0.0.1:26379, by the addresses of its sentinels

      NODE            ROLE     LINK  OFFSET    LAG
      127.0.0.1:6379  master   -      14203      -
      127.0.0.1:6380  replica  up     14203    0 B
      127.0.0.1:6381  replica  up     14063  140 B

      SENTINEL         BELIEVES        EPOCH  CKQUORUM  FLAGS
      127.0.0.1:26379  127.0.0.1:6379      0  ok 3/3    -
      127.0.0.1:26380  127.0.0.1:6379      0  ok 3/3    -
      127.0.0.1:26381  127.0.0.1:6379      0  ok 3/3    -"
    `);
  });

  it('the master lost, 100 columns', () => {
    expect(statusText(lost, plainView(100))).toMatchInlineSnapshot(`
      "DOWN  mymaster: no writes: redis-1 (master) is down; failover expected within 7 s
      → sentinelctl status --watch
      cluster default, driver process

      NODE     ROLE       ADDRESS         LINK  OFFSET  LAG
      redis-1  no answer  127.0.0.1:6379  -          -    -
      redis-2  replica    127.0.0.1:6380  down   14203    -
      redis-3  replica    127.0.0.1:6381  down   14063    -

      SENTINEL    ADDRESS          BELIEVES  EPOCH  CKQUORUM  FLAGS
      sentinel-1  127.0.0.1:26379  redis-1       0  ok 3/3    s_down,o_down,disconnected
      sentinel-2  127.0.0.1:26380  redis-1       0  ok 3/3    s_down,o_down,disconnected
      sentinel-3  127.0.0.1:26381  redis-1       0  ok 3/3    s_down,o_down,disconnected

      ✗ 3 of 3 sentinels answer and can replace redis-1; that takes down-after (5s) and about 2 s from its
        failure
        redis-1: connection refused; if no replica is promoted, the logs of the sentinels say why
        (-failover-abort-…)
          once another node is the master:
        → sentinelctl start redis-1"
    `);
  });

  it('the master lost, 40 columns', () => {
    expect(statusText(lost, plainView(40))).toMatchInlineSnapshot(`
      "DOWN  mymaster: no writes: redis-1
        (master) is down; failover expected
        within 7 s
      → sentinelctl status --watch
      cluster default, driver process

      NODE     ROLE       ADDRESS         LINK
      redis-1  no answer  127.0.0.1:6379  -
      redis-2  replica    127.0.0.1:6380  down
      redis-3  replica    127.0.0.1:6381  down

      SENTINEL    BELIEVES  CKQUORUM
      sentinel-1  redis-1   ok 3/3
      sentinel-2  redis-1   ok 3/3
      sentinel-3  redis-1   ok 3/3

      ✗ 3 of 3 sentinels answer and can
        replace redis-1; that takes down-after
        (5s) and about 2 s from its failure
        redis-1: connection refused; if no
        replica is promoted, the logs of the
        sentinels say why (-failover-abort-…)
          once another node is the master:
        → sentinelctl start redis-1"
    `);
  });

  it('a quorum that more sentinels would have to meet than there are is beside the figures', () => {
    const high = altered((s) => {
      Object.assign(viewOf(s, 1), { quorum: 4, ckquorum: { ok: false, usable: 3, message: 'NOQUORUM' } });
    });
    expect(statusText(assess(high, ours()), plainView(100))).toMatch(/sentinel-1 .*✗ 3\/3, quorum 4/);
  });

  it('of a frozen master no line repeats the headline, and each command stands once', () => {
    const frozen = masterLost();
    silenceNode(frozen, 1, TIMEOUT);
    for (const view of viewsIn(frozen))
      Object.assign(view, { flags: ['master'], answeredMsAgo: 2100, pingPendingMs: 2100, downAfterMs: 5000 });
    for (const room of [Infinity, 20]) {
      const text = statusText(assess(frozen, ours()), plainView(100), { room });
      const lines = text.split('\n');
      const commands = lines.filter((line) => line.includes('→ '));
      expect(new Set(commands.map((line) => line.trim())).size, text).toBe(commands.length);
      expect(commands[0]).toBe('→ sentinelctl status --watch');
      expect(text.match(/does not answer/g), text).toHaveLength(1);
      expect(text.match(/did not answer|no answer within/g), text).toHaveLength(1);
      expect(text).not.toContain('nothing can be written');
    }
  });

  it('disagreements are marked where they are', () => {
    expect(statusText(torn, plainView(100))).toMatchInlineSnapshot(`
      "DOWN  mymaster: no writes: the sentinels send clients to redis-2, which is a replica; redis-1 is the
            master (and 3 more findings)
      → sentinelctl status --watch --cluster lab
      cluster lab, driver process

      NODE     ROLE       ADDRESS         LINK             OFFSET    LAG
      redis-1  ✗ master   127.0.0.1:6379  -                 14203      -
      redis-2  ✗ replica  127.0.0.1:6380  ✗ up to redis-1   14203    0 B
      redis-3  replica    127.0.0.1:6381  up                14063  140 B

      SENTINEL    ADDRESS          BELIEVES   EPOCH  CKQUORUM  FLAGS
      sentinel-1  127.0.0.1:26379  ✗ redis-1      0  ok 3/3    -
      sentinel-2  127.0.0.1:26380  no answer      -  -         -
      sentinel-3  127.0.0.1:26381  redis-2        1  ok 3/3    -

      ✗ redis-2 follows redis-1 127.0.0.1:6379
        clients that check the role refuse it; others get READONLY for each write
          # redis-1 is the master: the sentinels call redis-2 down for its role, and switch by themselves,
          usually 25 to 55 s after the change (down-after + 20 to 50 s)
      ✗ the sentinels disagree on the master of mymaster: sentinel-3 says redis-2 127.0.0.1:6380 (epoch
        1); sentinel-1 says redis-1 127.0.0.1:6379 (epoch 0)
        clients write to the master that the first sentinel names: two data sets diverge, and one of them
        is discarded when the sentinels agree again
        → redis-cli -h 127.0.0.1 -p 26379 SENTINEL REMOVE mymaster
        → redis-cli -h 127.0.0.1 -p 26379 SENTINEL MONITOR mymaster 127.0.0.1 6380 2
        → redis-cli -h 127.0.0.1 -p 26379 SENTINEL SET mymaster down-after-milliseconds 5000 failover-timeout 60000 parallel-syncs 1
          # where the master wants a password: test -n "\${MASTER_PASSWORD:?is not set}" && printf '%s'
          "$MASTER_PASSWORD" | redis-cli -h 127.0.0.1 -p 26379 -x SENTINEL SET mymaster auth-pass
      ! sentinel-2 127.0.0.1:26380 does not answer: no answer within 1.5 s
        a sentinel that does not answer has no vote in a failover, and a client that asks it first waits
        for its connect timeout
        → sentinelctl resume sentinel-2 --cluster lab
      ! sentinel-3 does not know redis-1 127.0.0.1:6379
        that sentinel cannot promote it; a sentinel learns about replicas from the master’s INFO, every 10
        s
        → sentinelctl replicas --cluster lab"
    `);
  });

  it('two masters at once', () => {
    expect(statusText(assess(zombie(), ours()), plainView(60))).toMatchInlineSnapshot(`
      "AT RISK  mymaster: acknowledged writes may be lost; redis-1
               and redis-2 both accept writes; the sentinels name
               redis-2
      → redis-cli -h 127.0.0.1 -p 6379 REPLICAOF 127.0.0.1 6380
      cluster default, driver process

      NODE     ROLE      ADDRESS         LINK  OFFSET    LAG
      redis-1  ✗ master  127.0.0.1:6379  -      14203      -
      redis-2  master    127.0.0.1:6380  -      14203      -
      redis-3  replica   127.0.0.1:6381  up     14063  140 B

      SENTINEL    ADDRESS          BELIEVES  EPOCH  CKQUORUM
      sentinel-1  127.0.0.1:26379  redis-2       1  ok 3/3
      sentinel-2  127.0.0.1:26380  redis-2       1  ok 3/3
      sentinel-3  127.0.0.1:26381  redis-2       1  ok 3/3

      ✗ every write to the wrong master is lost when it becomes a
        replica; this is normal for about 10 s after an old master
        has returned"
    `);
  });

  it('nothing answers', () => {
    expect(statusText(silent, plainView(60))).toMatchInlineSnapshot(`
      "UNKNOWN  127.0.0.1:26379: none of 3 sentinels answers:
               connection refused
        # on the machine of 127.0.0.1:26379, which shows what
        listens there; start its sentinel, or correct the address:
      → ss -ltnp
      cluster 127.0.0.1:26379, by the addresses of its sentinels

      SENTINEL    ADDRESS          STATE
      sentinel-1  127.0.0.1:26379  connection refused
      sentinel-2  127.0.0.1:26380  connection refused
      sentinel-3  127.0.0.1:26381  connection refused

      ✗ nothing is known of the cluster: the addresses may be
        wrong, or this machine may have no route to them"
    `);
  });

  it('several masters, each with its verdict', () => {
    const two = altered((s) => {
      for (const [i, sentinel] of s.sentinels.entries()) {
        sentinel.answer?.masters.push({ ...view(i + 1, 'cache'), address: redisAddress(9), replicas: [] });
      }
      const cache = { ...nodeOf(s, 1), id: 'cache-1', announce: redisAddress(9), endpoint: redisAddress(9) };
      s.groups.push({ masterName: 'cache', nodes: [cache] });
    });
    expect(statusText(assess(two, attached()), plainView(100))).toMatchInlineSnapshot(`
      "AT RISK  1 of 2 masters healthy; cache: no failover is possible, writes go to cache-1; the master
               cache-1 has no replica
      cluster 127.0.0.1:26379, by the addresses of its sentinels

      AT RISK  cache: no failover is possible, writes go to cache-1; the master cache-1 has no replica
      NODE     ROLE    ADDRESS         LINK  OFFSET  LAG
      cache-1  master  127.0.0.1:6387  -      14203    -

      SENTINEL    ADDRESS          BELIEVES  EPOCH  CKQUORUM  FLAGS
      sentinel-1  127.0.0.1:26379  cache-1       0  ok 3/3    -
      sentinel-2  127.0.0.1:26380  cache-1       0  ok 3/3    -
      sentinel-3  127.0.0.1:26381  cache-1       0  ok 3/3    -

      HEALTHY  mymaster → redis-1 127.0.0.1:6379, 2/2 replicas linked, 3/3 sentinels agree, quorum 2
               reachable
      NODE     ROLE     ADDRESS         LINK  OFFSET    LAG
      redis-1  master   127.0.0.1:6379  -      14203      -
      redis-2  replica  127.0.0.1:6380  up     14203    0 B
      redis-3  replica  127.0.0.1:6381  up     14063  140 B

      SENTINEL    ADDRESS          BELIEVES  EPOCH  CKQUORUM  FLAGS
      sentinel-1  127.0.0.1:26379  redis-1       0  ok 3/3    -
      sentinel-2  127.0.0.1:26380  redis-1       0  ok 3/3    -
      sentinel-3  127.0.0.1:26381  redis-1       0  ok 3/3    -

      ! cache: when the master fails, no failover is possible: there is no node to promote
          # NODE_HOST and NODE_PORT: a data node that is to follow the master; its own data is replaced
        → test -n "\${NODE_HOST:?is not set}" && test -n "\${NODE_PORT:?is not set}" && redis-cli -h "$NODE_HOST" -p "$NODE_PORT" REPLICAOF 127.0.0.1 6387"
    `);
  });

  it('the same command is shown once, and what comes after it with what to wait for', () => {
    const both = altered((s) => {
      silenceNode(s, 1);
      for (const n of [1, 2]) silenceSentinel(s, n);
    });
    const arrows = (text: string): string[] => text.split('\n').filter((line) => /^ *→/.test(line));
    expect(arrows(statusText(assess(both, ours()), plainView(100)))).toEqual([
      '→ sentinelctl up',
      '  → sentinelctl start sentinel-1',
      '  → sentinelctl start sentinel-2',
    ]);
    expect(arrows(statusText(lost, plainView(100)))).toEqual([
      '→ sentinelctl status --watch',
      '  → sentinelctl start redis-1',
    ]);
  });

  it('healthy, and a sentinel’s link is being made: mentioned, not counted', () => {
    const linking = altered((s) => {
      viewOf(s, 2).flags = ['master', 'disconnected'];
    });
    const text = statusText(assess(linking, ours()), plainView(100));
    expect(text).toMatch(/^HEALTHY /);
    expect(text).toContain('i sentinel-2 has no link to the master redis-1 127.0.0.1:6379 at this moment');
    silenceNode(linking, 3);
    expect(statusText(assess(linking, ours()), plainView(100))).not.toContain('more)');
  });

  it('in colour', () => {
    expect(statusText(well, { color: true, columns: 100 }).split('\n').slice(0, 5)).toMatchInlineSnapshot(`
      [
        "[32mHEALTHY[39m  mymaster → redis-1 127.0.0.1:6379, 2/2 replicas linked, 3/3 sentinels agree, quorum 2",
        "         reachable (checks of doctor not run)",
        "[2mcluster default, driver process[22m",
        "",
        "[2mNODE[22m     [2mROLE[22m     [2mADDRESS[22m         [2mLINK[22m  [2mOFFSET[22m    [2mLAG[22m",
      ]
    `);
  });

  it('fits every width', () => {
    for (const status of [well, lost, torn, silent]) expectToFit((v) => statusText(status, v));
  });

  it('shows nothing that a server sent as more than text', () => {
    const hostile = assess(
      altered((s) =>
        silenceNode(s, 3, { kind: 'protocol', message: '\u001b[2J\u001b]0;owned\u0007\nHEALTHY\r' }),
      ),
      ours(),
    );
    const text = statusText(hostile, plainView(100));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text).not.toMatch(/^HEALTHY/m);
  });
});

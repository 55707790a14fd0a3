import { describe, expect, it } from 'vitest';
import { replyError, WireError } from '../../../src/wire/error.js';
import { nodeAnswer, parseInfo } from '../../../src/wire/info.js';
import {
  masterView,
  parseCkquorum,
  parseMasterAddress,
  parseRecord,
  parseRecords,
  parseRole,
} from '../../../src/wire/replies.js';

const lines = (...text: string[]): string => `${text.join('\r\n')}\r\n`;

describe('INFO', () => {
  it('of a master: engine, offset and every attached replica, streaming or not', () => {
    const info = lines(
      '# Server',
      'redis_version:7.0.15',
      'redis_mode:standalone',
      'run_id:abc',
      '# Persistence',
      'loading:0',
      '# Replication',
      'role:master',
      'connected_slaves:2',
      'slave0:ip=127.0.0.1,port=6380,state=online,offset=140,lag=0',
      'slave1:ip=::1,port=6381,state=wait_bgsave,offset=0,lag=0',
      'master_repl_offset:154',
    );
    expect(nodeAnswer(parseInfo(info))).toEqual({
      version: '7.0.15',
      engine: 'redis',
      runId: 'abc',
      role: 'master',
      follows: null,
      linkStatus: null,
      offset: 154,
      attached: [
        { address: { host: '127.0.0.1', port: 6380 }, state: 'online', offset: 140 },
        { address: { host: '::1', port: 6381 }, state: 'wait_bgsave', offset: 0 },
      ],
      loading: false,
      keys: 0,
      keysByDatabase: {},
    });
  });

  it('of a replica that has no link: its own offset, its master, link down', () => {
    const info = lines(
      'redis_version:7.0.15',
      'run_id:abc',
      'loading:1',
      'role:slave',
      'master_host:10.0.0.1',
      'master_port:6379',
      'master_link_status:down',
      'slave_repl_offset:7',
      'master_repl_offset:9',
    );
    expect(nodeAnswer(parseInfo(info))).toMatchObject({
      role: 'replica',
      follows: { host: '10.0.0.1', port: 6379 },
      linkStatus: 'down',
      offset: 7,
      loading: true,
    });
  });

  it('of Valkey: its own version, not the one it is compatible with', () => {
    const info = lines('redis_version:7.2.4', 'server_name:valkey', 'valkey_version:8.1.1', 'role:master');
    expect(nodeAnswer(parseInfo(info))).toMatchObject({ engine: 'valkey', version: '8.1.1' });
  });

  it('carries no control characters to a terminal', () => {
    expect(parseInfo('redis_version:7\x1b[2J\x07').get('redis_version')).toBe('7 [2J');
  });

  it.each([null, 7, [], {}, 'OK', ''])('that is none is a protocol error: %j', (reply) => {
    expect(() => nodeAnswer(parseInfo(reply))).toThrow(WireError);
  });
});

describe('ROLE', () => {
  it('of a master lists the replicas that stream', () => {
    expect(parseRole(['master', 154, [['127.0.0.1', '6380', '140']]])).toEqual({
      role: 'master',
      follows: null,
      link: null,
      offset: 154,
      replicas: [{ address: { host: '127.0.0.1', port: 6380 }, offset: 140 }],
    });
  });

  it('of a replica says which master it follows and how far the link is', () => {
    expect(parseRole(['slave', '127.0.0.1', 6379, 'connect', -1])).toMatchObject({
      role: 'replica',
      follows: { host: '127.0.0.1', port: 6379 },
      link: 'connect',
      offset: -1,
    });
  });

  it('of a sentinel is neither', () => {
    expect(parseRole(['sentinel', ['mymaster']]).role).toBe('other');
  });

  it.each([
    null,
    'OK',
    1,
    [],
    {},
    ['king'],
    ['master'],
    ['master', 'x', []],
    ['master', 1, [['h']]],
    ['master', 1, 'no'],
    ['slave', 'h', 'port'],
    ['slave', '', 1, 'connect', 1],
    ['slave', 'h', 65536, 'connect', 1],
    ['slave', 'h', 1, 'x'],
  ])('that is none is a protocol error: %j', (reply) => {
    expect(() => parseRole(reply)).toThrow(WireError);
  });
});

describe("Sentinel's records", () => {
  const master = [
    'name',
    'mymaster',
    'ip',
    '127.0.0.1',
    'port',
    '6379',
    'runid',
    'r1',
    'flags',
    's_down,o_down,master,failover_in_progress',
    'failover-state',
    'wait_promotion',
    'config-epoch',
    '3',
    'quorum',
    '2',
    'down-after-milliseconds',
    '5000',
    'failover-timeout',
    '60000',
    'parallel-syncs',
    '1',
  ];
  const replica = [
    'ip',
    '127.0.0.1',
    'port',
    '6380',
    'runid',
    'r2',
    'flags',
    'slave',
    'master-link-status',
    'ok',
    'master-host',
    '127.0.0.1',
    'master-port',
    '6379',
    'slave-priority',
    '100',
    'slave-repl-offset',
    '140',
  ];
  const peer = ['ip', '127.0.0.1', 'port', '26380', 'runid', 'beef', 'flags', 'sentinel,disconnected'];
  const quorum = { ok: true, usable: 3, message: 'OK 3 usable Sentinels.' };

  it('make a view of a master, its replicas and the peers', () => {
    const view = masterView(parseRecord(master), parseRecords([replica]), parseRecords([peer]), quorum);
    expect(view).toEqual({
      name: 'mymaster',
      address: { host: '127.0.0.1', port: 6379 },
      runId: 'r1',
      flags: ['s_down', 'o_down', 'master', 'failover_in_progress'],
      configEpoch: 3,
      quorum: 2,
      downAfterMs: 5000,
      failoverTimeoutMs: 60_000,
      parallelSyncs: 1,
      failoverState: 'wait_promotion',
      answeredMsAgo: null,
      repliedMsAgo: null,
      pingPendingMs: null,
      downMs: null,
      roleReportedMs: null,
      infoMsAgo: null,
      replicaCount: null,
      replicas: [
        {
          address: { host: '127.0.0.1', port: 6380 },
          flags: ['slave'],
          runId: 'r2',
          linkStatus: 'up',
          follows: { host: '127.0.0.1', port: 6379 },
          priority: 100,
          offset: 140,
          infoMsAgo: null,
          linkDownMs: null,
          answeredMsAgo: null,
          downMs: null,
        },
      ],
      sentinels: [
        {
          address: { host: '127.0.0.1', port: 26380 },
          sentinelId: 'beef',
          flags: ['sentinel', 'disconnected'],
          answeredMsAgo: null,
          downMs: null,
          helloMsAgo: null,
        },
      ],
      ckquorum: quorum,
    });
  });

  it('say how long ago a valid answer last came', () => {
    const view = masterView(parseRecord([...master, 'last-ok-ping-reply', '340']), [], [], quorum);
    expect(view.answeredMsAgo).toBe(340);
  });

  it('say so where a replica was never asked: no master, link unknown or down', () => {
    const raw = ['ip', 'h', 'port', '1', 'flags', '', 'master-host', '?', 'master-port', '0'];
    const view = masterView(parseRecord(master), [parseRecord(raw)], [], quorum);
    expect(view.replicas[0]).toMatchObject({
      follows: null,
      linkStatus: 'unknown',
      flags: [],
      priority: null,
    });
  });

  it('are read alike as flat arrays, maps and objects', () => {
    const flat = parseRecord(['ip', 'h', 'port', 1]);
    expect(
      parseRecord(
        new Map<string, unknown>([
          ['ip', 'h'],
          ['port', 1],
        ]),
      ),
    ).toEqual(flat);
    expect(parseRecord({ ip: 'h', port: 1 })).toEqual(flat);
  });

  it.each([null, 'x', 3, ['one'], [['a']], [null], [['ip', 'h', 'port']]])('that are none: %j', (reply) => {
    expect(() => masterView(parseRecord(reply), parseRecords(reply), [], quorum)).toThrow(WireError);
  });
});

describe('CKQUORUM', () => {
  const address = { host: 'h', port: 1 };
  it('is reachable', () => {
    const message = 'OK 3 usable Sentinels. Quorum and failover authorization can be reached';
    expect(parseCkquorum(message)).toEqual({ ok: true, usable: 3, message });
  });

  it('is not: the reason and the count come as an error', () => {
    const message = 'NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the majority';
    expect(parseCkquorum(replyError(address, message))).toEqual({ ok: false, usable: 1, message });
  });

  it.each([null, 7, ['x'], 'PONG'])('is not ok when the answer is none: %j', (reply) => {
    expect(parseCkquorum(reply)).toMatchObject({ ok: false, usable: null });
  });
});

describe('GET-MASTER-ADDR-BY-NAME', () => {
  it('is an address, or null for a name that is not monitored', () => {
    expect(parseMasterAddress(['127.0.0.1', '6379'])).toEqual({ host: '127.0.0.1', port: 6379 });
    expect(parseMasterAddress(null)).toBeNull();
    expect(() => parseMasterAddress('127.0.0.1:6379')).toThrow(WireError);
  });
});

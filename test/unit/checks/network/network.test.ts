import { describe, expect, it } from 'vitest';
import dynamicIp from '../../../../src/checks/network/dynamic-ip.js';
import ephemeralPort from '../../../../src/checks/network/ephemeral-port.js';
import natClient from '../../../../src/checks/network/nat-client.js';
import natReplica from '../../../../src/checks/network/nat-replica.js';
import natSentinel from '../../../../src/checks/network/nat-sentinel.js';
import oom from '../../../../src/checks/network/oom.js';
import restartWipe from '../../../../src/checks/network/restart-wipe.js';
import stopGrace from '../../../../src/checks/network/stop-grace.js';
import type { Gathered, GatheredApp } from '../../../../src/model/gathered.js';
import {
  alter,
  CONTAINER,
  given,
  got,
  no,
  nodeIn,
  replicaRecords,
  said,
  sentinelIn,
  sentinelRecords,
  silence,
} from '../../../helpers/healthy-gathering.js';

const inContainers = (g: Gathered): void => {
  g.driver = 'docker';
  for (const server of [...g.nodes, ...g.sentinels]) server.life = got({ ...CONTAINER });
};

describe('restart-wipe', () => {
  it.each([['always'], ['unless-stopped'], ['on-failure']])(
    'is critical with the restart policy %s',
    (policy) => {
      const seen = said(restartWipe, (g) => {
        inContainers(g);
        given(nodeIn(g, 1).life).restartPolicy = policy;
      });
      expect(seen).toMatchObject([{ subject: 'redis-1', severity: 'critical' }]);
      expect(seen).toMatchObject([
        { fix: expect.arrayContaining(['or: docker update --restart no sentinelctl-default-redis-1']) },
      ]);
    },
  );

  it('is critical under systemd, information where nothing restarts it, a warning where that is not known', () => {
    const severities = (change: (g: Gathered) => void): unknown => {
      const seen = said(restartWipe, change);
      return typeof seen === 'string' ? seen : seen.map((s) => s.severity);
    };
    expect(severities((g) => alter(nodeIn(g, 1).info, { process_supervised: 'systemd' }))).toEqual([
      'critical',
    ]);
    expect(severities(inContainers)).toEqual(['info']);
    const stranger = (g: Gathered): void => {
      g.own = false;
    };
    expect(severities(stranger)).toEqual(['warning']);
    expect(
      severities((g) => {
        stranger(g);
        nodeIn(g, 1).life = no('it lives on another machine');
      }),
    ).toEqual(['warning']);
    // For a node that sentinelctl created there is a way to know, so it waits for that.
    expect(severities((g) => (nodeIn(g, 1).life = no('the engine is slow')))).toBe(
      'redis-1: the engine is slow',
    );
  });

  it('says nothing of a node with save points alone', () => {
    expect(said(restartWipe, (g) => alter(nodeIn(g, 1).config, { save: '3600 1' }))).toEqual([]);
  });
});

describe('stop-grace', () => {
  it.each([
    [10, '10', true],
    [15, '10', false],
    [10, '9', false],
    [10, '0', false],
  ])('killed after %i s, shutdown-timeout %s: %s', (stopTimeoutS, timeout, isTooShort) => {
    const seen = said(stopGrace, (g) => {
      inContainers(g);
      for (const node of g.nodes) alter(node.config, { 'shutdown-timeout': '1' });
      given(nodeIn(g, 2).life).stopTimeoutS = stopTimeoutS;
      alter(nodeIn(g, 2).config, { 'shutdown-timeout': timeout });
    });
    expect(seen).toHaveLength(isTooShort ? 1 : 0);
  });

  it('does not concern processes, nor servers before 7.0', () => {
    expect(said(stopGrace)).toEqual([]);
    expect(
      said(stopGrace, (g) => {
        inContainers(g);
        for (const node of g.nodes) {
          given(node.life).stopTimeoutS = 10;
          node.config = got({ save: '' });
        }
      }),
    ).toEqual([]);
  });
});

describe('oom', () => {
  it('is what the engine flags, and a limit that maxmemory does not keep to', () => {
    expect(
      said(oom, (g) => {
        inContainers(g);
        given(nodeIn(g, 3).life).oomKilled = true;
        given(sentinelIn(g, 1).life).oomKilled = true;
      }),
    ).toMatchObject([{ subject: 'redis-3' }, { subject: 'sentinel-1' }]);
    const limited = (maxmemory: string) =>
      said(oom, (g) => {
        inContainers(g);
        given(nodeIn(g, 1).life).memoryLimitBytes = 2 ** 28;
        alter(nodeIn(g, 1).config, { maxmemory });
      });
    expect(limited('0')).toMatchObject([
      {
        subject: 'redis-1',
        fix: expect.arrayContaining(['redis-cli -h 127.0.0.1 -p 6379 CONFIG SET maxmemory 134217728']),
      },
    ]);
    expect(limited(String(2 ** 29))).toHaveLength(1);
    expect(limited(String(2 ** 27))).toEqual([]);
  });
});

describe('dynamic-ip', () => {
  it('names the container and gives it its address again', () => {
    expect(
      said(dynamicIp, (g) => {
        inContainers(g);
        g.cluster = 'lab';
        given(sentinelIn(g, 2).life).addressPinned = false;
      }),
    ).toMatchObject([
      {
        subject: 'sentinel-2',
        fix: [
          'docker network disconnect sentinelctl-lab sentinelctl-lab-sentinel-2',
          'docker network connect --ip 127.0.0.1 --alias sentinel-2 sentinelctl-lab sentinelctl-lab-sentinel-2',
        ],
      },
    ]);
  });
});

it('dynamic-ip: a container in no network is only connected again', () => {
  const seen = said(dynamicIp, (g) => {
    inContainers(g);
    Object.assign(given(nodeIn(g, 3).life), { addressPinned: false, networkless: true });
  });
  expect(seen).toMatchObject([
    {
      subject: 'redis-3',
      message: expect.stringContaining('not connected to a network'),
      fix: [expect.stringMatching(/^docker network connect --ip/)],
    },
  ]);
});

describe('ephemeral-port', () => {
  it('is said of this machine only', () => {
    const moved = (host: string) =>
      said(ephemeralPort, (g) => {
        g.own = false;
        nodeIn(g, 3).endpoint = { host, port: 40_000 };
        nodeIn(g, 3).life = no('it lives on another machine');
      });
    expect(moved('127.0.0.1')).toMatchObject([
      { subject: 'redis-3', message: expect.stringContaining('32768 to 60999') },
    ]);
    expect(moved('192.0.2.7')).toBe('redis-3: the range of its machine cannot be read from here');
  });
});

describe('nat-replica', () => {
  const away = (change: (g: Gathered) => void = () => {}) =>
    said(natReplica, (g) => {
      for (const record of replicaRecords(g, 3)) {
        Object.assign(record, { flags: 's_down,slave,disconnected', 's-down-time': '9000', runid: '' });
      }
      change(g);
    });

  it('is a replica that the master sends data to and no sentinel reaches', () => {
    expect(away()).toMatchObject([{ subject: 'redis-3' }]);
  });

  it('is not one that refuses a login, here and at the sentinels, also where they opened their link again since', () => {
    const refusing = (here: 'auth' | 'refused') =>
      away((g) => {
        nodeIn(g, 3).silence = { kind: here, message: 'rejects the password' };
        for (const record of replicaRecords(g, 3))
          Object.assign(record, { 'last-ping-reply': '4000', 'last-ok-ping-reply': '12000' });
      });
    expect(refusing('auth')).toEqual([]);
    expect(refusing('refused')).toMatchObject([{ subject: '127.0.0.1:6381' }]);
  });

  it('is not one that is frozen, whose acknowledgements stop too', () => {
    expect(
      away((g) =>
        alter(nodeIn(g, 1).info, { slave1: 'ip=127.0.0.1,port=6381,state=online,offset=14203,lag=9' }),
      ),
    ).toEqual([]);
  });

  it('is not one that was started a moment ago: the sentinels have yet to try again', () => {
    expect(away((g) => alter(nodeIn(g, 3).info, { uptime_in_seconds: '1' }))).toBe(
      'redis-3 was started less than 5 s ago: the sentinels may not have reconnected yet',
    );
  });

  it('is not one that a single sentinel cannot reach, nor one that was just found', () => {
    expect(away((g) => Object.assign(replicaRecords(g, 3)[0] ?? {}, { flags: 'slave', runid: 'a' }))).toEqual(
      [],
    );
    expect(
      away((g) => {
        for (const record of replicaRecords(g, 3)) {
          Object.assign(record, { flags: 'slave,disconnected', 'role-reported-time': '300' });
        }
      }),
    ).toEqual([]);
  });
});

describe('nat-sentinel', () => {
  it('is one whose messages come and that no peer reaches; not one that has been silent', () => {
    const deaf = (heardMs: string) =>
      said(natSentinel, (g) => {
        for (const record of sentinelRecords(g, 2)) {
          Object.assign(record, {
            port: '26999',
            flags: 's_down,sentinel,disconnected',
            'last-hello-message': heardMs,
          });
        }
      });
    expect(deaf('1400')).toMatchObject([
      {
        subject: 'sentinel-2',
        fix: [
          'redis-cli -h 127.0.0.1 -p 26380 SENTINEL CONFIG SET announce-ip 127.0.0.1',
          'redis-cli -h 127.0.0.1 -p 26380 SENTINEL CONFIG SET announce-port 26380',
        ],
      },
    ]);
    expect(deaf('20000')).toEqual([]);
  });

  it('is one that refuses this machine too where its messages come long after its last answer; else it is down', () => {
    const silent = (answeredMs: string) =>
      said(natSentinel, (g) => {
        for (const record of sentinelRecords(g, 2))
          Object.assign(record, {
            flags: 's_down,sentinel,disconnected',
            'last-hello-message': '1400',
            'last-ok-ping-reply': answeredMs,
          });
        Object.assign(g.sentinels[1] ?? {}, {
          silence: { kind: 'refused', message: 'refused the connection' },
          myid: { ok: false, why: 'refused the connection' },
          masters: { ok: false, why: 'refused the connection' },
        });
      });
    expect(silent('20000')).toMatchObject([
      {
        subject: '127.0.0.1:26380',
        fix: ['SENTINEL CONFIG SET announce-ip ADDRESS at that sentinel: where the others connect to it'],
      },
    ]);
    expect(JSON.stringify(silent('900'))).not.toContain('announce-ip');
  });

  it('that announces a name is looked up where it is not reached, unless the name is that of another server', () => {
    const named = (addresses: string[]) =>
      said(natSentinel, (g) => {
        g.own = false;
        g.lookups = [{ name: 'sen2.example', result: got({ addresses, tookMs: 1 }) }];
        for (const record of sentinelRecords(g, 2))
          Object.assign(record, { ip: 'sen2.example', flags: 's_down,sentinel,disconnected' });
      });
    expect(named(['127.0.0.1'])).toMatchObject([
      {
        subject: 'sentinel-2',
        servers: ['sentinel-1', 'sentinel-3'],
        fix: [
          expect.stringMatching(/^make sen2\.example resolve on the machines of sentinel-1 and sentinel-3: /),
          '# this must answer at once there: getent hosts sen2.example',
        ],
      },
    ]);
    expect(JSON.stringify(named(['192.0.2.99']))).toContain('SENTINEL CONFIG SET announce-ip');
  });

  it('is not one that was found or started a moment ago, and is about to be connected to', () => {
    const found = (agoMs: string) =>
      said(natSentinel, (g) => {
        for (const record of sentinelRecords(g, 2))
          Object.assign(record, { flags: 'sentinel,disconnected', 'last-ok-ping-reply': agoMs });
      });
    expect(found('300')).toEqual([]);
    expect(found('9000')).toMatchObject([{ subject: 'sentinel-2' }]);
    const started = said(natSentinel, (g) => {
      for (const record of sentinelRecords(g, 2)) Object.assign(record, { flags: 's_down,sentinel' });
      alter(sentinelIn(g, 2).info, { uptime_in_seconds: '1' });
    });
    expect(started).toBe('sentinel-2 was started less than 5 s ago: the others may not have reconnected yet');
  });
});

describe('nat-client', () => {
  const app = (masterAnswers: GatheredApp['masterAnswers'], natMap: Record<string, string>): GatheredApp => ({
    where: 'this shell',
    masterName: 'mymaster',
    announcedDown: false,
    url: null,
    env: { sentinelAddrs: null, masterName: null, url: null },
    addresses: [],
    announced: got({ host: '10.0.0.11', port: 6379 }),
    masterAnswers,
    writable: got(true),
    natMap,
  });

  it('is what the application cannot reach, with the map that translates it', () => {
    expect(
      said(natClient, (g) => {
        g.app = app(no('did not answer within 1.50 s'), { '10.0.0.11:6379': '127.0.0.1:6379' });
      }),
    ).toMatchObject([
      {
        subject: 'this shell',
        fix: ["natMap: { '10.0.0.11:6379': { host: '127.0.0.1', port: 6379 } } (ioredis)"],
      },
    ]);
    expect(
      said(natClient, (g) => {
        g.app = app(got('master'), {});
      }),
    ).toEqual([]);
  });

  it('is not derived from what this machine alone does not reach', () => {
    expect(said(natClient, (g) => silence(nodeIn(g, 1)))).toMatch(
      /^redis-1: it does not answer this machine, and sentinels reach it; whether clients reach it was not tried/,
    );
    // A frozen one answers no peer.
    expect(
      said(natClient, (g) => {
        silence(nodeIn(g, 1), 'timeout');
        for (const s of g.sentinels)
          Object.assign(given(s.masters)[0]?.fields ?? {}, { 'last-ping-sent': '1200' });
      }),
    ).toEqual([]);
  });

  it('is not reported of a master that has no connection left', () => {
    expect(
      said(natClient, (g) => {
        const message = 'answered: ERR max number of clients reached';
        Object.assign(nodeIn(g, 1), { silence: { kind: 'error', message } });
      }),
    ).toEqual([]);
  });

  it('is not known from a published port', () => {
    expect(said(natClient, (g) => (nodeIn(g, 1).endpoint = { host: '127.0.0.2', port: 7000 }))).toContain(
      'only its published port',
    );
  });
});

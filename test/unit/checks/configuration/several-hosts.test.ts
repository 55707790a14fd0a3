import { describe, expect, it } from 'vitest';
import bindLoopback from '../../../../src/checks/configuration/bind-loopback.js';
import confFilemount from '../../../../src/checks/configuration/conf-filemount.js';
import hostnameNoresolve from '../../../../src/checks/configuration/hostname-noresolve.js';
import hostnameSlowDns from '../../../../src/checks/configuration/hostname-slow-dns.js';
import masterLoopback from '../../../../src/checks/configuration/master-loopback.js';
import scriptBad from '../../../../src/checks/configuration/script-bad.js';
import sentinelsColocated from '../../../../src/checks/configuration/sentinels-colocated.js';
import {
  healthyGathered,
  nodeOf,
  onThreeMachines,
  sentinelOf,
  viewOf,
} from '../../../helpers/recorded-gathering.js';

/** Faults that need several machines, a container or a bad resolver: a real gathering, altered. */
describe('bind-loopback', () => {
  it('names the node that no other machine reaches', () => {
    const gathered = onThreeMachines();
    const node = nodeOf(gathered, 2);
    if (node.config.ok) node.config.value = { ...node.config.value, bind: '127.0.0.1 -::1' };
    const sentinel = sentinelOf(gathered, 3);
    if (sentinel.conf.ok) sentinel.conf.value.text += 'bind 127.0.0.1\n';
    const seen = bindLoopback.live(gathered);
    expect(seen).toMatchObject([
      {
        subject: 'redis-2',
        message: expect.stringContaining('redis-2 (192.0.2.2:6380) listens on 127.0.0.1 -::1 only'),
        fix: [
          'redis-cli -h 192.0.2.2 -p 6380 CONFIG SET bind "192.0.2.2 127.0.0.1"',
          'redis-cli -h 192.0.2.2 -p 6380 CONFIG REWRITE',
        ],
      },
      {
        subject: 'sentinel-3',
        fix: expect.arrayContaining([expect.stringContaining("echo 'bind 192.0.2.3 127.0.0.1' >> /")]),
      },
    ]);
  });

  it('is right on one machine', () => expect(bindLoopback.live(healthyGathered())).toEqual([]));

  it('is right on one machine that has several names, looked up or not', () => {
    const named = (addresses: string[] | null) => {
      const gathered = healthyGathered();
      for (const n of [1, 2, 3]) {
        const node = nodeOf(gathered, n);
        if (node.config.ok) node.config.value = { ...node.config.value, bind: '127.0.0.1' };
        const host = `a-${n}.example`;
        node.announce = { ...node.announce, host };
        node.endpoint = { ...node.endpoint, host };
        if (addresses !== null)
          gathered.lookups.push({ name: host, result: { ok: true, value: { addresses, tookMs: 1 } } });
      }
      return bindLoopback.live(gathered);
    };
    expect(named(['127.0.0.1'])).toEqual([]);
    expect(named(null)).toEqual([]);
    expect(named(['192.0.2.7'])).toHaveLength(6);
  });
});

describe('master-loopback', () => {
  it('names the sentinel that watches its own machine, and the address of the others', () => {
    const gathered = onThreeMachines();
    const view = viewOf(gathered, 2);
    view.fields = { ...view.fields, ip: '127.0.0.1' };
    expect(masterLoopback.live(gathered)).toMatchObject([
      {
        subject: 'sentinel-2',
        servers: ['127.0.0.1:6379'],
        fix: [
          'redis-cli -h 192.0.2.2 -p 26380 SENTINEL REMOVE mymaster',
          'redis-cli -h 192.0.2.2 -p 26380 SENTINEL MONITOR mymaster 192.0.2.1 6379 2',
          'redis-cli -h 192.0.2.2 -p 26380 SENTINEL SET mymaster down-after-milliseconds 5000 failover-timeout 60000 parallel-syncs 1',
        ],
      },
    ]);
  });
});

describe('sentinels-colocated', () => {
  it('is a warning where the cluster is attached', () => {
    const gathered = onThreeMachines();
    const other = sentinelOf(gathered, 2);
    const { life } = sentinelOf(gathered, 1);
    if (other.life.ok && life.ok) other.life.value.hostKey = life.value.hostKey;
    expect(sentinelsColocated.live(gathered)).toMatchObject([
      {
        subject: 'sentinel-1, sentinel-2',
        severity: 'warning',
        message: expect.stringContaining('without it 1 is left, and 2 are needed'),
        fix: ['move sentinel-2 to other machines'],
      },
    ]);
  });

  it('goes by the address where the machine is not known', () => {
    const gathered = onThreeMachines();
    for (const n of [1, 2]) {
      const sentinel = sentinelOf(gathered, n);
      sentinel.life = { ok: false, why: 'not asked' };
      sentinel.announce = { host: '192.0.2.9', port: sentinel.announce.port };
    }
    expect(sentinelsColocated.live(gathered)).toMatchObject([{ subject: 'sentinel-1, sentinel-2' }]);
  });
});

describe('hostname-slow-dns', () => {
  const resolving = () => {
    const gathered = healthyGathered();
    for (const sentinel of gathered.sentinels) {
      if (sentinel.config.ok)
        sentinel.config.value = { ...sentinel.config.value, 'resolve-hostnames': 'yes' };
    }
    const view = viewOf(gathered, 2);
    view.fields = { ...view.fields, ip: 'redis-master' };
    return gathered;
  };
  const took = (tookMs: number) => ({
    name: 'redis-master',
    result: { ok: true as const, value: { addresses: ['192.0.2.7'], tookMs } },
  });

  it('names the sentinel that looks a slow name up, and the address to use instead', () => {
    const gathered = resolving();
    gathered.lookups = [took(4000)];
    expect(hostnameSlowDns.live(gathered)).toMatchObject([
      {
        subject: 'sentinel-2',
        message: 'the lookup of redis-master took 4.00 s',
        fix: expect.arrayContaining([
          'redis-cli -h 127.0.0.1 -p 26380 SENTINEL MONITOR mymaster 192.0.2.7 6379 2',
        ]),
      },
    ]);
  });

  it('a slow no is as bad, a quick one cannot be judged from here', () => {
    const gathered = resolving();
    const failed = (why: string) => [{ name: 'redis-master', result: { ok: false as const, why } }];
    gathered.lookups = failed('does not resolve (after 4003 ms)');
    expect(hostnameSlowDns.live(gathered)).toMatchObject([{ subject: 'sentinel-2' }]);
    gathered.lookups = failed('no answer within 1500 ms (after 1500 ms)');
    expect(hostnameSlowDns.live(gathered)).toMatchObject([{ subject: 'sentinel-2' }]);
    gathered.lookups = failed('does not resolve (after 2 ms)');
    expect(hostnameSlowDns.live(gathered)).toEqual({ skip: 'redis-master does not resolve (after 2 ms)' });
  });

  it('a quick look-up, or no look-up, is not a fault', () => {
    const gathered = resolving();
    gathered.lookups = [took(3)];
    expect(hostnameSlowDns.live(gathered)).toEqual([]);
    const still = healthyGathered();
    still.lookups = [took(9000)];
    expect(hostnameSlowDns.live(still)).toEqual([]);
  });
});

describe('hostname-noresolve', () => {
  it('a sentinel that is down is judged by its file', () => {
    const gathered = healthyGathered();
    const sentinel = sentinelOf(gathered, 2);
    sentinel.silence = { kind: 'refused', message: 'refused the connection' };
    sentinel.masters = sentinel.config = { ok: false, why: 'refused the connection' };
    const text = 'sentinel monitor mymaster redis-master 6379 2\n';
    sentinel.conf = { ok: true, value: { file: '/etc/redis/sentinel.conf', text } };
    expect(hostnameNoresolve.live(gathered)).toMatchObject([
      {
        subject: 'sentinel-2',
        message: 'monitors redis-master with resolve-hostnames no; it does not run',
        fix: [
          "echo 'sentinel resolve-hostnames yes' >> /etc/redis/sentinel.conf",
          'sentinelctl start sentinel-2',
        ],
      },
    ]);
    sentinel.conf.value.text += 'sentinel resolve-hostnames yes\n';
    expect(hostnameNoresolve.live(gathered)).toEqual([]);
  });
});

describe('conf-filemount', () => {
  it('of a container: mount the directory', () => {
    const gathered = healthyGathered();
    const sentinel = sentinelOf(gathered, 1);
    if (sentinel.life.ok) Object.assign(sentinel.life.value, { kind: 'container', confIsFileMount: true });
    if (sentinel.info.ok)
      sentinel.info.value = { ...sentinel.info.value, config_file: '/etc/redis/sentinel.conf' };
    expect(confFilemount.live(gathered)).toMatchObject([
      {
        subject: 'sentinel-1',
        message: '/etc/redis/sentinel.conf is mounted as a single file',
        fix: [expect.stringMatching(/^# in the compose file/), 'volumes: ["./sentinel-1:/etc/redis"]'],
      },
    ]);
  });
});

describe('script-bad', () => {
  const scripted = () => {
    const gathered = healthyGathered();
    const view = viewOf(gathered, 1);
    view.fields = { ...view.fields, 'notification-script': '/opt/notify' };
    return gathered;
  };

  it('without a look at its machine it is skipped, unless something failed already', () => {
    const gathered = scripted();
    sentinelOf(gathered, 1).scripts = { ok: false, why: 'it lives in a container' };
    expect(scriptBad.live(gathered)).toEqual({ skip: expect.stringContaining('sentinel-1: ') });
    const { info } = sentinelOf(gathered, 1);
    if (info.ok) info.value = { ...info.value, sentinel_scripts_queue_length: '2' };
    expect(scriptBad.live(gathered)).toMatchObject([{ message: '2 scripts failed and wait for a retry' }]);
  });

  it('an error that was seen while watching is named', () => {
    const gathered = scripted();
    sentinelOf(gathered, 1).scripts = { ok: true, value: { '/opt/notify': 'ok' } };
    expect(scriptBad.live(gathered)).toEqual([]);
    const event = { sentinel: 'sentinel-1', atMs: 5, name: '-script-error', text: '/opt/notify 0 1' };
    gathered.watched = { forMs: 5000, events: [event], offsets: [] };
    expect(scriptBad.live(gathered)).toMatchObject([
      { subject: 'sentinel-1', message: '-script-error /opt/notify 0 1' },
    ]);
  });
});

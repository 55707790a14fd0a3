import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alike, byServer } from '../../../src/checks/alike.js';
import { assess } from '../../../src/checks/assess.js';
import type { Finding } from '../../../src/checks/check.js';
import { expectationOf, snapshotOf } from '../../../src/checks/facts-of.js';
import { CHECKS, diagnose } from '../../../src/checks/index.js';
import { fixSteps } from '../../../src/model/fix-steps.js';
import type { Gathered } from '../../../src/model/gathered.js';
import { hintsFor, setAsked, setConfs } from '../../../src/model/hints.js';
import { doctorText } from '../../../src/report/text/doctor.js';
import { statusText } from '../../../src/report/text/status.js';
import { type Alteration, altered, type Place } from '../../helpers/alterations/index.js';
import { healthyGathering, replicaRecords } from '../../helpers/healthy-gathering.js';
import { plainView } from '../report/lines.js';

/** A cluster in which these servers do not answer. */
const without = (place: Place, silences: NonNullable<Alteration['silences']>): Gathered =>
  altered(place, { id: '', subject: '', silences, alter: () => {} });

const doctorOf = (gathered: Gathered): string =>
  doctorText(diagnose(gathered, CHECKS), plainView(200), { all: false, offerFix: false });
const statusOf = (gathered: Gathered) => assess(snapshotOf(gathered), expectationOf(gathered));

describe('what says the same of several servers is one finding', () => {
  it('two replicas that are down, now, with a command for each', () => {
    const gathered = without('one machine', { 'redis-2': 'refused', 'redis-3': 'refused' });
    const found = diagnose(gathered, CHECKS).findings.filter(({ id }) => id === 'node-down');
    expect(found).toMatchObject([
      { subject: 'redis-2, redis-3', brief: 'redis-2 and redis-3 are down', headline: true },
    ]);
    expect(found[0]?.message).toMatch(/^redis-2 and redis-3 are down: (?!.*redis)/);
    expect(found[0]?.fix).toHaveLength(2);
    const [one, other] = found[0]?.fix ?? [];
    expect([one, other]).toEqual([expect.stringContaining('redis-2'), expect.stringContaining('redis-3')]);

    const { problems } = statusOf(gathered);
    expect(problems.filter(({ id }) => id === 'node-down')).toMatchObject([
      { subjects: ['redis-2', 'redis-3'], fix: `${one}\n${other}`, message: found[0]?.message },
    ]);
    expect(statusText(statusOf(gathered), plainView(200))).toMatch(/^! redis-2 and redis-3: refused/m);

    const lines = doctorOf(gathered).split('\n');
    expect(lines.filter((line) => /node-down/.test(line))).toHaveLength(1);
    expect(lines).toContain('NOW');
    expect(lines.join('\n')).toContain('what is down cannot be promoted in a failover');
  });

  it('two sentinels that are down, with what they lead to together', () => {
    const gathered = without('one machine', { 'sentinel-1': 'refused', 'sentinel-2': 'refused' });
    const found = diagnose(gathered, CHECKS).findings.filter(({ id }) => id === 'sentinel-unreachable');
    expect(found.map(({ subject }) => subject)).toEqual(['sentinel-1, sentinel-2']);
    expect(found[0]?.consequences.map(({ id }) => id)).toContain('no-quorum');
    expect(found[0]?.fix).toHaveLength(2);
  });

  it('settings of several data nodes, a master among them: one finding with every command', () => {
    const gathered = healthyGathering();
    for (const [i, node] of gathered.nodes.entries()) {
      if (!node.config.ok) throw new Error('no answer');
      const maxmemory = i === 0 ? '0' : '104857600';
      Object.assign(node.config.value, { maxmemory, 'replica-read-only': i === 2 ? 'yes' : 'no' });
    }
    const found = diagnose(gathered, CHECKS).findings;
    const of = (id: string) => found.filter((f) => f.id === id);
    expect(of('maxmemory-skew')).toMatchObject([
      { subject: 'redis-2, redis-3', message: 'maxmemory 100 MiB here, no limit at redis-1, the master' },
    ]);
    expect(of('replica-writable').map(({ subject }) => subject)).toEqual(['redis-1, redis-2']);
    expect(of('replica-writable')[0]?.fix.length).toBeGreaterThan(2);
  });

  it('sentinels that announce one wrong address: one finding, and one first line', () => {
    const gathered = healthyGathering();
    for (const { config } of gathered.sentinels)
      if (config.ok) Object.assign(config.value, { 'announce-ip': '0.0.0.0' });
    const { findings, verdict } = diagnose(gathered, CHECKS);
    expect(findings.filter(({ id }) => id === 'announce-invalid')).toMatchObject([
      {
        subject: 'sentinel-1, sentinel-2, sentinel-3',
        message:
          'sentinel-1, sentinel-2 and sentinel-3 announce 0.0.0.0: sentinel announce-ip 0.0.0.0: each machine that connects there reaches itself',
        fix: [1, 2, 3].map(() => expect.stringContaining('SENTINEL CONFIG SET announce-ip')),
      },
    ]);
    expect(verdict.text).toMatch(/sentinel-1, sentinel-2 and sentinel-3 announce 0\.0\.0\.0$/);
  });

  it('what has no form for several is said of each', () => {
    const found = (subject: string, at?: Finding['at']): Finding => ({
      ...(diagnose(without('one machine', { 'redis-2': 'refused' }), CHECKS).findings[0] as Finding),
      subject,
      brief: `${subject} loses its file`,
      message: `${subject} loses its file at each start`,
      evidence: null,
      fix: [`dir /data/${at?.line ?? ''}`],
      consequences: [],
      ...(at && { at }),
    });
    const words = {
      subject: 'a-0, a-1',
      brief: 'a-0 and a-1: each loses its file',
      message: 'a-0 and a-1: each loses its file at each start',
    };
    expect(byServer([found('a-0'), found('a-1')])).toMatchObject([{ ...words, fix: ['dir /data/'] }]);
    const at = (line: number) => ({ file: 'compose.yml', line });
    expect(alike([found('a-0', at(3)), found('a-1', at(9))])).toMatchObject([
      { ...words, fix: ['a-0: dir /data/3', 'a-1: dir /data/9'], places: [at(3), at(9)] },
    ]);
    // One line cannot be written in two ways.
    const other = { ...found('a-1', at(3)), fix: ['dir /srv'] };
    expect(alike([found('a-0', at(3)), other])).toHaveLength(2);
  });

  it('steps that are to be repeated, each as often as it was', () => {
    const [one] = diagnose(without('one machine', { 'redis-2': 'refused' }), CHECKS).findings.filter(
      ({ id }) => id === 'node-down',
    );
    const fixes = [
      ['# first', 'RESET 1', 'sleep 30', 'RESET 2', 'sleep 30', 'CKQUORUM', 'sleep 30'],
      ['# first', 'RESET 3', 'sleep 30', 'RESET 4', 'sleep 30', 'CKQUORUM', 'sleep 30'],
      ['# first', 'RESET 3', 'sleep 30', 'RESET 4', 'sleep 30', 'CKQUORUM', 'sleep 30'],
    ];
    const all = fixes.map((fix) => ({ ...(one as NonNullable<typeof one>), fix }));
    expect(byServer(all)[0]?.fix).toEqual([
      ...['# first', 'RESET 1', 'sleep 30', 'RESET 2'],
      ...['RESET 3', 'sleep 30', 'RESET 4', 'sleep 30', 'CKQUORUM', 'sleep 30'],
    ]);
    expect(byServer(all.slice(1))[0]?.fix).toEqual(fixes[1]);
  });

  it('a password that no server was given: one finding with one option', () => {
    const gathered = without('three machines', { 'redis-1': 'auth', 'redis-2': 'auth', 'redis-3': 'auth' });
    for (const node of gathered.nodes) node.silence = { kind: 'auth', message: 'requires a password' };
    const found = diagnose(gathered, CHECKS).findings.filter(({ id }) => id === 'auth');
    expect(found).toMatchObject([
      { subject: 'redis-1, redis-2, redis-3', brief: expect.stringContaining('redis-3 want a password: ') },
    ]);
    expect(found[0]?.fix.filter((line) => line.startsWith('sentinelctl'))).toHaveLength(1);
  });
});

it('says that a command is at the top only where one is', () => {
  const down = { 'redis-3': 'refused' } as const;
  expect(doctorOf(without('one machine', down))).toContain('fixed by the command at the top');
  const gone = without('three machines', down);
  for (const record of replicaRecords(gone, 3)) record.flags = 's_down,slave,disconnected';
  const attached = doctorOf(gone);
  expect(attached).toContain('start the server again on the machine of');
  expect(attached).toContain('fixed by what stands at the top');
});

it('a frozen replica: no line repeats the first one', () => {
  const gathered = without('one machine', { 'redis-3': 'timeout' });
  for (const text of [doctorOf(gathered), statusText(statusOf(gathered), plainView(200))]) {
    expect(text).toMatch(/^DEGRADED .*redis-3 does not answer$/m);
    expect(text).toMatch(/redis-3: connection accepted, no reply within/);
    expect(text).not.toContain('did not answer');
  }
});

describe('a dead server of an attached cluster whose processes are here', () => {
  const gathered = without('one machine', { 'redis-3': 'refused' });
  Object.assign(gathered, { own: false, acts: 'local', cluster: 'shop', driver: 'attached' });
  for (const record of replicaRecords(gathered, 3)) record.flags = 's_down,slave,disconnected';
  const next = (more: Partial<Gathered> = {}): string | null =>
    statusOf({ ...gathered, ...more }).verdict.next;
  beforeEach(() => setAsked(true));
  afterEach(() => {
    setAsked(true);
    setConfs(new Map());
  });

  it('that was attached while it ran has the command that starts it there, which no program is to run here', () => {
    setConfs(new Map([['redis-3', '/etc/my redis/redis.conf']]));
    const status = statusOf({ ...gathered, unseen: ['redis-3'] });
    const there =
      "start the server again on the machine of 127.0.0.1:6381 as it is started there (systemctl, docker); by hand: redis-server '/etc/my redis/redis.conf' (in the foreground unless its file has daemonize yes); if it is gone for good: sentinelctl doctor --gone redis-3 --cluster shop";
    expect(status.verdict.next).toBe(there);
    expect(statusText(status, plainView(300))).toContain(there);
    expect(fixSteps([there]).commands).toEqual([]);
  });

  it('that may have been the master is started as a replica', () => {
    const conf = '/etc/redis.conf';
    setConfs(new Map([['redis-1', conf]]));
    const server = { id: 'redis-1', endpoint: { host: 'h', port: 6379 } };
    const refused = { kind: 'refused', message: '' } as const;
    const { revive } = hintsFor(expectationOf({ ...gathered, unseen: ['redis-1'] }));
    expect(revive(server, refused, true)).toBe(
      `start the server again on the machine of h:6379 as a replica of the master: where systemctl or docker starts it, with replicaof HOST PORT in its file; by hand: redis-server ${conf} --replicaof HOST PORT (in the foreground unless its file has daemonize yes)`,
    );
    expect(revive(server, refused)).toMatch(
      / as it is started there \(systemctl, docker\); by hand: redis-server /,
    );
  });

  it('is started by hand where it was never seen running', () => {
    expect(next()).toBe('sentinelctl start redis-3 --cluster shop');
    expect(next({ unseen: ['redis-3'] })).toMatch(/^start the server again on the machine of /);
  });

  it('off a terminal has the answer to the question that cannot be asked, but for production', () => {
    setAsked(false);
    expect(next()).toBe('sentinelctl start redis-3 --confirm shop --cluster shop');
    expect(next({ label: 'production' })).toBe('sentinelctl start redis-3 --cluster shop');
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { changePacketRules, readPacketRules } from '../../src/host/packet-filter.js';
import { until } from '../../src/until.js';
import { attachedPatient, type Patient, shell } from '../helpers/doctor.js';
import { noPacketRules } from '../helpers/packet-rules.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';

const LONG_MS = 600_000;
const [NODE, PORT] = [9690, 9695];
const HOSTS = ['127.0.41.1', '127.0.41.2', '127.0.41.3'] as const;
const [ONE, TWO, THREE] = HOSTS;
const id = (host: string): string => `${host}:${PORT}`;

/** Connections to a port, the sentinels' own by default, from one address to another are dropped. */
type Drop = [from: string, to: string, port?: number];
const rules = (verb: '-A' | '-D', drops: readonly Drop[]): string =>
  [
    '*filter',
    ...drops.map(
      ([from, to, port = PORT]) => `${verb} INPUT -p tcp -s ${from} -d ${to} --dport ${port} -j DROP`,
    ),
    'COMMIT',
    '',
  ].join('\n');

/** Removes what a run of this file left that was killed: with those rules no sentinel here would answer. */
async function dropLeftRules(): Promise<void> {
  const left = (await readPacketRules())
    .split('\n')
    .filter((line) => line.startsWith('-A INPUT ') && HOSTS.some((host) => line.includes(` ${host}/32 `)));
  if (left.length === 0) return;
  await changePacketRules(
    ['*filter', ...left.map((line) => line.replace('-A', '-D')), 'COMMIT', ''].join('\n'),
  );
}

describe.skipIf(noPacketRules !== undefined)('a firewall between sentinels', () => {
  let lab: Lab;
  let inEffect: readonly Drop[] = [];
  const drop = async (drops: readonly Drop[]): Promise<void> => {
    await changePacketRules(rules('-A', drops));
    inEffect = drops;
  };
  const allow = async (): Promise<void> => {
    const drops = inEffect;
    inEffect = [];
    if (drops.length > 0) await changePacketRules(rules('-D', drops));
  };
  const quorumAt = (host: string, wanted: RegExp): Promise<true | undefined> =>
    until(
      async () =>
        wanted.test(await shell(`redis-cli -h ${host} -p ${PORT} SENTINEL CKQUORUM mymaster`).catch(String))
          ? true
          : undefined,
      { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
    );
  let patient: Patient;
  beforeAll(async () => {
    await dropLeftRules();
    lab = await openLab();
    await lab.serve('node.conf', { port: NODE }, ['protected-mode no']);
    for (const host of HOSTS)
      await lab.serve(`${host}.conf`, { port: PORT, host, sentinel: true }, [
        `bind-source-addr ${host}`,
        `sentinel monitor mymaster 127.0.0.1 ${NODE} 2`,
        'sentinel down-after-milliseconds mymaster 1500',
      ]);
    patient = attachedPatient(HOSTS.map((host) => ({ host, port: PORT })));
    for (const host of HOSTS) expect(await quorumAt(host, /^OK 3/)).toBe(true);
  }, LONG_MS);
  afterEach(allow);
  afterAll(async () => {
    await allow();
    await lab?.stop();
  });

  it(
    'one way: the sentinel that reaches no other is the subject, and its port is to be opened',
    async () => {
      await drop([
        [ONE, TWO],
        [ONE, THREE],
      ]);
      expect(await quorumAt(ONE, /NOQUORUM/)).toBe(true);
      const brief = `${id(ONE)} cannot connect to ${id(TWO)} and ${id(THREE)}`;
      const found = await patient.finds('nat-sentinel', id(ONE), 'critical', (f) => f.brief === brief);
      expect([...found.fix].sort()).toEqual(
        [TWO, THREE].map(
          (to) => `open TCP ${PORT} from ${ONE} to ${to} (firewall, security group, NetworkPolicy)`,
        ),
      );
      await allow();
      await patient.isCured('nat-sentinel', id(ONE));
    },
    LONG_MS,
  );

  it(
    'between all of them',
    async () => {
      await drop(HOSTS.flatMap((from) => HOSTS.filter((to) => to !== from).map((to): Drop => [from, to])));
      for (const host of HOSTS) expect(await quorumAt(host, /NOQUORUM/)).toBe(true);
      const subject = HOSTS.map(id).join(', ');
      const found = await patient.finds('nat-sentinel', subject, 'critical', (f) =>
        f.brief.includes('cannot connect to each other'),
      );
      expect(found.fix.join('\n')).not.toContain('announce-ip');
      await allow();
      await patient.isCured('nat-sentinel', subject);
    },
    LONG_MS,
  );

  it(
    'closed to this machine too: the sentinels are not called frozen, since their messages arrive',
    async () => {
      await drop([TWO, THREE].flatMap((to) => [ONE, '127.0.0.1', to].map((from): Drop => [from, to])));
      expect(await quorumAt(ONE, /NOQUORUM/)).toBe(true);
      const one = attachedPatient([{ host: ONE, port: PORT }]);
      const found = await until(
        async () => {
          const { verdict, findings } = await one.doctor();
          const unreached = findings.find((f) => f.id === 'sentinel-unreachable');
          return unreached?.fix.some((line) => line.startsWith('open TCP')) === true
            ? { verdict, findings }
            : undefined;
        },
        { clock: systemClock, everyMs: 400, deadlineMs: 30_000 },
      );
      expect(found?.findings.find((f) => f.id === 'sentinel-unreachable')?.message).toContain(
        'cannot be reached, and its messages still arrive through the master: it runs',
      );
      expect(JSON.stringify(found)).not.toContain('frozen');
      await allow();
      await one.isCured('sentinel-unreachable', id(TWO));
    },
    LONG_MS,
  );

  it(
    'a cut network, seen from both sides and from one',
    async () => {
      const cut = [TWO, THREE].flatMap((to): Drop[] => [
        [ONE, to],
        [to, ONE],
        [to, '127.0.0.1', NODE],
      ]);
      await drop(cut);
      expect(await quorumAt(ONE, /NOQUORUM/)).toBe(true);
      const here = `127.0.0.1:${NODE}, ${id(ONE)}`;
      const whole = await patient.finds('network-cut', `${here}, ${id(TWO)}, ${id(THREE)}`, 'warning');
      expect(whole.brief).toBe(
        `the network is cut between {127.0.0.1:${NODE} and ${id(ONE)}} and {${id(TWO)} and ${id(THREE)}}`,
      );
      await allow();
      await drop([...cut, ...[TWO, THREE].map((to): Drop => ['127.0.0.1', to])]);
      const one = attachedPatient([{ host: ONE, port: PORT }]);
      const part = await one.finds('network-cut', `${id(TWO)}, ${id(THREE)}`, 'critical');
      // There is no replica that the other side could promote.
      expect(part.brief).toMatch(
        /^this side is cut off: .*; no side can promote a node \(1 of 3 sentinels answers/,
      );
      expect(part.fix[0]).toMatch(
        /^open the network between 127\.0\.0\.1, 127\.0\.41\.1 and 127\.0\.41\.2, /,
      );
      await allow();
      await patient.isCured('network-cut', here);
    },
    LONG_MS,
  );
});

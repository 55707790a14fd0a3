import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { PLAIN, setDialled } from '../../src/model/hints.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import { attachedPatient } from '../helpers/doctor.js';
import { NEW_KEY } from '../helpers/new-key.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';

/** Each combination has its own ports; a port that a fix adds is 1000 above. */
const BASE = 2100;
const APART = 40;
const M = { plain: 0, tls: 10 };
const R = { plain: 1, tls: 11 };
const SENTINELS = [0, 1, 2];
const plainAt = (i: number): number => 20 + i;
const tlsAt = (i: number): number => 30 + i;

type Ports = { plain?: number; tls?: number };
interface Combination {
  name: string;
  master: Ports;
  replica: Ports;
  sentinel: (i: number) => Ports;
  /** tls-replication yes at these: `master`, `replica`, or the number of a sentinel. */
  tlsReplication: readonly ('master' | 'replica' | number)[];
  /** Which of the master's ports a sentinel monitors, and which one the replica follows. */
  monitors: (i: number) => number;
  follows: number;
  /** Further lines of the replica, and of a sentinel; `@N` is a port. */
  replicaLines?: string[];
  sentinelLines?: (i: number) => string[];
  /** Done at the replica once all of them are connected. */
  later?: string[];
  /** sentinelctl connects by TLS; else without. */
  asks: 'tls' | 'plain';
  /** Who is wrong: offsets of ports, and what is said of it. */
  subject: readonly number[];
  says: string;
}

const ALL = [0, 1, 2];
const EVERYONE = ['master', 'replica', ...ALL] as const;
const both = (i: number): Ports => ({ plain: plainAt(i), tls: tlsAt(i) });
const onlyTls = (i: number): Ports => ({ tls: tlsAt(i) });
const onlyPlain = (i: number): Ports => ({ plain: plainAt(i) });

const COMBINATIONS: Combination[] = [
  {
    name: 'sentinels without TLS, data nodes with nothing else',
    ...{ master: { tls: M.tls }, replica: { tls: R.tls }, sentinel: onlyPlain, asks: 'plain' },
    ...{ tlsReplication: ['master', 'replica'], monitors: () => M.tls, follows: M.tls },
    ...{ subject: ALL.map(plainAt), says: 'connect without TLS (tls-replication no)' },
  },
  {
    name: 'one sentinel of three without tls-replication',
    ...{ master: { tls: M.tls }, replica: { tls: R.tls }, sentinel: both, asks: 'tls' },
    ...{ tlsReplication: ['master', 'replica', 0, 1], monitors: () => M.tls, follows: M.tls },
    ...{ subject: [tlsAt(2)], says: 'connects without TLS (tls-replication no)' },
  },
  {
    name: 'sentinels with TLS, data nodes without',
    ...{ master: { plain: M.plain }, replica: { plain: R.plain }, sentinel: onlyTls, asks: 'tls' },
    ...{ tlsReplication: ALL, monitors: () => M.plain, follows: M.plain },
    ...{ subject: ALL.map(tlsAt), says: 'does not use TLS, but this connection does (tls-replication yes)' },
  },
  {
    name: 'a master that is monitored at its plain port by sentinels with TLS',
    ...{ master: M, replica: R, sentinel: onlyTls, asks: 'tls' },
    ...{ tlsReplication: EVERYONE, monitors: () => M.plain, follows: M.tls },
    ...{ subject: ALL.map(tlsAt), says: 'its tls-port is @10' },
  },
  {
    name: 'a replica that has no TLS port',
    ...{ master: M, replica: { plain: R.plain }, sentinel: onlyTls, asks: 'tls' },
    ...{ tlsReplication: ['master', ...ALL], monitors: () => M.tls, follows: M.plain },
    ...{ subject: [R.plain], says: 'with TLS (tls-replication yes): it has no tls-port' },
  },
  {
    name: 'a replica without tls-replication announces its plain port',
    ...{ master: M, replica: R, sentinel: onlyTls, asks: 'tls' },
    ...{ tlsReplication: ['master', ...ALL], monitors: () => M.tls, follows: M.plain },
    ...{ subject: [R.plain], says: 'tls-replication is not on there, so it announces its plain port' },
  },
  {
    name: 'a replica whose replica-announce-port is its plain port',
    ...{ master: M, replica: R, sentinel: onlyTls, asks: 'tls' },
    ...{ tlsReplication: EVERYONE, monitors: () => M.tls, follows: M.tls },
    replicaLines: [`replica-announce-port @${R.plain}`],
    ...{ subject: [R.plain], says: 'replica-announce-port names it' },
  },
  {
    name: 'a replica whose replica-announce-port is its TLS port, and no TLS between them',
    ...{ master: { plain: M.plain }, replica: R, sentinel: onlyPlain, asks: 'plain' },
    ...{ tlsReplication: [], monitors: () => M.plain, follows: M.plain },
    replicaLines: [`replica-announce-port @${R.tls}`],
    ...{ subject: [R.tls], says: 'announces its TLS port (replica-announce-port)' },
  },
  {
    name: 'a replica that loses tls-replication, and a master with only a TLS port',
    ...{ master: { tls: M.tls }, replica: R, sentinel: onlyTls, asks: 'tls' },
    ...{ tlsReplication: EVERYONE, monitors: () => M.tls, follows: M.tls },
    later: ['CONFIG SET tls-replication no', 'CLIENT KILL TYPE master'],
    ...{ subject: [R.tls], says: 'uses TLS, but this connection does not (tls-replication no)' },
  },
  {
    name: 'a replica with tls-replication, and a master without a TLS port',
    ...{ master: { plain: M.plain }, replica: { plain: R.plain }, sentinel: onlyPlain, asks: 'plain' },
    ...{ tlsReplication: [], monitors: () => M.plain, follows: M.plain },
    later: ['CONFIG SET tls-replication yes', 'CLIENT KILL TYPE master'],
    ...{ subject: [R.plain], says: 'does not use TLS, but this connection does (tls-replication yes)' },
  },
  {
    name: 'one sentinel with TLS, at the TLS port of a master that the others monitor without',
    ...{ master: M, replica: { plain: R.plain }, sentinel: both, asks: 'plain' },
    ...{ tlsReplication: [2], monitors: (i) => (i === 2 ? M.tls : M.plain), follows: M.plain },
    ...{ subject: [plainAt(2)], says: 'connects with TLS (tls-replication yes), and' },
  },
  {
    name: 'sentinels with tls-replication and without a TLS port',
    ...{ master: { tls: M.tls }, replica: { tls: R.tls }, sentinel: onlyPlain, asks: 'plain' },
    ...{ tlsReplication: EVERYONE, monitors: () => M.tls, follows: M.tls },
    ...{ subject: ALL.map(plainAt), says: 'announce ports that do not use TLS (no tls-port)' },
  },
  {
    name: 'a sentinel whose announce-port is its plain one',
    ...{ master: { tls: M.tls }, replica: { tls: R.tls }, sentinel: both, asks: 'tls' },
    ...{ tlsReplication: EVERYONE, monitors: () => M.tls, follows: M.tls },
    sentinelLines: (i) => (i === 2 ? [`sentinel announce-port @${plainAt(2)}`] : []),
    ...{ subject: [tlsAt(2)], says: 'which does not use TLS (sentinel announce-port)' },
  },
  {
    name: 'a sentinel whose announce-port is its TLS one, and no TLS between them',
    ...{ master: { plain: M.plain }, replica: { plain: R.plain }, sentinel: both, asks: 'plain' },
    ...{ tlsReplication: [], monitors: () => M.plain, follows: M.plain },
    sentinelLines: (i) => (i === 2 ? [`sentinel announce-port @${tlsAt(2)}`] : []),
    ...{ subject: [plainAt(2)], says: 'which uses TLS (sentinel announce-port)' },
  },
  {
    name: 'sentinels with only a TLS port and without tls-replication announce port 0',
    ...{ master: M, replica: { plain: R.plain }, sentinel: onlyTls, asks: 'tls' },
    ...{ tlsReplication: [], monitors: () => M.plain, follows: M.plain },
    ...{ subject: ALL.map(tlsAt), says: 'announce port 0' },
  },
];

/** Findings that are consequences of a combination, not its cause. */
const FOLLOWS = /^(nat-|link-down|seen-down|no-quorum|no-good-slave|sentinel-|master-d|master-never)/;

let lab: Lab;
let certificates: string[];
beforeAll(async () => {
  lab = await openLab();
  const [key, cert] = [join(lab.dir, 'key.pem'), join(lab.dir, 'cert.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  certificates = [
    ...[`tls-cert-file ${cert}`, `tls-key-file ${key}`, `tls-ca-cert-file ${cert}`],
    'tls-auth-clients no',
  ];
});
afterAll(async () => {
  setDialled(PLAIN);
  await lab?.stop();
});

const insecure = { insecure: true };

async function ask(port: number, tls: boolean, words: string): Promise<string> {
  const credentials = { tls: tls ? insecure : null };
  const options = { clock: systemClock, deadlineMs: 2000, credentials };
  const connection = await openConnection({ host: '127.0.0.1', port }, options);
  try {
    return String(await connection.call(...words.split(' ')));
  } finally {
    connection.close();
  }
}

/** The port and the way at which a server of a combination is asked. */
const doorOf = ({ plain, tls }: Ports, base: number): [number, boolean] =>
  plain === undefined ? [base + (tls ?? 0), true] : [base + plain, false];

async function serve(c: Combination, base: number): Promise<void> {
  const filled = (lines: string[]): string[] =>
    lines.map((line) => line.replace(/@(\d+)/, (_, n) => String(base + Number(n))));
  const start = (who: 'master' | 'replica' | number, ports: Ports, lines: string[]): Promise<string> => {
    const [port, tls] = doorOf(ports, base);
    return lab.serve(`${base}-${who}.conf`, { port, tls, sentinel: typeof who === 'number' }, [
      ...certificates,
      ...(ports.plain !== undefined && ports.tls !== undefined ? [`tls-port ${base + ports.tls}`] : []),
      ...(c.tlsReplication.includes(who) ? ['tls-replication yes'] : []),
      ...filled(lines),
    ]);
  };
  await Promise.all([
    start('master', c.master, []),
    start('replica', c.replica, [`replicaof 127.0.0.1 @${c.follows}`, ...(c.replicaLines ?? [])]),
  ]);
  await holds(async () =>
    (await ask(...doorOf(c.replica, base), 'INFO replication')).includes('master_link_status:up'),
  );
  await Promise.all(
    SENTINELS.map((i) =>
      start(i, c.sentinel(i), [
        `sentinel monitor mm 127.0.0.1 @${c.monitors(i)} 2`,
        'sentinel down-after-milliseconds mm 5000',
        ...(c.sentinelLines?.(i) ?? []),
      ]),
    ),
  );
  if (c.later === undefined) return;
  await holds(() => isWhole(c, base));
  for (const words of c.later) await ask(...doorOf(c.replica, base), words);
}

/** Every sentinel has the others' votes, and a replica that it is connected to. */
async function isWhole(c: Combination, base: number): Promise<boolean> {
  const wholes = await Promise.all(
    SENTINELS.map(async (i) => {
      const door = doorOf(c.sentinel(i), base);
      const said = await ask(...door, 'SENTINEL CKQUORUM mm').catch(String);
      const replicas = await ask(...door, 'SENTINEL REPLICAS mm');
      return /^OK 3 /.test(said) && /flags,slave,/.test(replicas);
    }),
  );
  return wholes.every(Boolean);
}

async function holds(condition: () => Promise<boolean>): Promise<void> {
  const held = await until(async () => ((await condition().catch(() => false)) ? true : undefined), {
    clock: systemClock,
    everyMs: 200,
    deadlineMs: 40_000,
  });
  expect(held).toBe(true);
}

describe.each(['plain', 'tls'] as const)('asked with %s', (asks) => {
  beforeAll(() =>
    setDialled(
      asks === 'tls'
        ? { ctl: ['--tls', '--insecure'].map((name) => ({ name, words: name })), cli: '--tls --insecure' }
        : PLAIN,
    ),
  );
  const those = COMBINATIONS.map((c, i) => ({ ...c, base: BASE + i * APART })).filter((c) => c.asks === asks);

  it.concurrent.each(those)('$name', async (c) => {
    const { base } = c;
    await serve(c, base);
    const sentinels = SENTINELS.map((i) => {
      const { plain, tls } = c.sentinel(i);
      return { host: '127.0.0.1', port: base + ((asks === 'tls' ? tls : plain) ?? 0) };
    });
    const patient = attachedPatient(sentinels, asks === 'tls' ? { tls: insecure } : {});
    const subject = c.subject.map((n) => `127.0.0.1:${base + n}`).join(', ');
    const says = c.says.replace(/@(\d+)/, (_, n) => String(base + Number(n)));
    const finding = await patient.finds('tls-mismatch', subject, 'critical', (f) => f.message.includes(says));
    if (c.says === 'announce port 0')
      expect(finding.fix[0]).toContain(
        `tls-replication yes at every server, and 127.0.0.1 ${base + (c.master.tls ?? 0)} in replicaof`,
      );
    // What follows from it is under it, once the sentinels have heard of each other.
    await holds(async () => {
      const { findings } = await patient.doctor();
      const roots = findings.map((f) => f.id);
      return (
        roots.includes('tls-mismatch') &&
        !roots.some((id) => FOLLOWS.test(id) || (c.says === 'announce port 0' && id === 'auth'))
      );
    });
    await lab.apply(finding);
    await holds(() => isWhole(c, base));
    await patient.isCured('tls-mismatch', subject);
  });
});

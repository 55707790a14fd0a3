import { type Address, formatAddress } from '../../model/address.js';
import type { Fields, Gathered, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import type { RawFinding } from '../check.js';
import { addressIn, type MonitoredAt } from '../evidence.js';
import { changeFile, withLine } from '../fixes.js';
import { type Group, groupsOf, idsOf } from '../group.js';
import { settingAt } from '../sentinels.js';
import { besides, certificatesFor, monitorAt, toPlain, toTls } from './tls-edits.js';
import { diallingOf, isCut, portsOf, type Speech, speechAt } from './tls-ports.js';

/** A sentinel that another one has in its list, and the address that it announces. */
interface Announced {
  by: GatheredSentinel[];
  itself: GatheredSentinel;
  address: Address;
}

/**
 * Sentinels that hear each other through the master and cannot connect, because one side uses TLS: tls-replication
 * decides how a sentinel connects and which of its ports it announces (sentinel.c, sentinelSendHello), unless
 * announce-port names one. `named`: sentinels of which more is wrong already.
 */
export const tlsPeers = (gathered: Gathered, named: ReadonlySet<string>): RawFinding[] =>
  groupsOf(gathered).flatMap((group) => {
    const views = group.views.filter(({ sentinel }) => !named.has(sentinel.id));
    const clashes = new Map<GatheredSentinel, Announced>();
    for (const { sentinel, master } of views) {
      const dials = diallingOf(gathered, sentinel)?.speech;
      if (dials === undefined || !master.sentinels.ok) continue;
      for (const record of master.sentinels.value) {
        const itself = gathered.sentinels.find((s) => s.myid.ok && s.myid.value === record.runid);
        const address = addressIn(record);
        if (itself === undefined || named.has(itself.id) || address === null || !isCut(record)) continue;
        const speech = speechAt(gathered, address);
        if (speech === null || speech === dials) continue;
        const clash = clashes.get(itself) ?? { by: [], itself, address };
        clash.by.push(sentinel);
        clashes.set(itself, clash);
      }
    }
    if (clashes.size === 0) return portless(gathered, group, views);
    const apart = differing(gathered, group, views);
    const inOrder = views.flatMap(({ sentinel }) => clashes.get(sentinel) ?? []);
    const rest = inOrder.flatMap(({ by, ...clash }) => {
      const left = by.filter((s) => !apart.of.has(s));
      return apart.of.has(clash.itself) || left.length === 0 ? [] : [{ ...clash, by: left }];
    });
    const reasons = [...new Set(rest.map((clash) => reasonFor(gathered, clash)))];
    const alike = reasons.map((why) => rest.filter((clash) => reasonFor(gathered, clash) === why));
    return [...apart.findings, ...alike.flatMap((clash) => announcement(gathered, group, clash))];
  });

/** Which of a group's sentinels connect otherwise than most: of equally many, those without TLS. */
function differing(
  gathered: Gathered,
  { name, master, nodes, views: all }: Group,
  views: readonly MonitoredAt[],
): { of: ReadonlySet<GatheredSentinel>; findings: RawFinding[] } {
  const those = (speech: Speech): MonitoredAt[] =>
    views.filter(({ sentinel }) => diallingOf(gathered, sentinel)?.speech === speech);
  const [tls, plain] = [those('tls'), those('plain')];
  if (tls.length === 0 || plain.length === 0) return { of: new Set(), findings: [] };
  const [few, most, isTls] = tls.length < plain.length ? [tls, plain, true] : [plain, tls, false];
  const port = most.map((view) => addressIn(view.master.fields)?.port).find((p) => p !== undefined) ?? 0;
  return {
    of: new Set(few.map((view) => view.sentinel)),
    findings: few.map(
      ({ sentinel, master: seen }): RawFinding => ({
        subject: sentinel.id,
        servers: [...nodes.map((n) => n.id), ...all.map((view) => view.sentinel.id)],
        masterName: name,
        message: `${sentinel.id} connects ${isTls ? 'with' : 'without'} TLS (tls-replication ${isTls ? 'yes' : 'no'}), and ${idsOf(most.map((v) => v.sentinel))} ${isTls ? 'without' : 'with'}: they cannot connect to each other`,
        fix: changeFile(gathered, sentinel, [
          ...(isTls ? toPlain(sentinel) : toTls(sentinel, master)),
          ...monitorAt(name, addressIn(seen.fields)?.port, port),
        ]),
      }),
    ),
  };
}

/** Why a sentinel announces a port that does not fit. */
function reasonFor(gathered: Gathered, { itself, address }: Announced): string {
  if (announcePort(itself) !== null) return 'sentinel announce-port';
  return speechAt(gathered, address) === 'tls' ? 'tls-port' : 'no tls-port';
}

/** Sentinels that connect as the others do, and announce a port that does not fit, for one reason. */
function announcement(
  gathered: Gathered,
  { name, master }: Group,
  clashes: readonly Announced[],
): RawFinding[] {
  const [first] = clashes;
  if (first === undefined) return [];
  const isTls = speechAt(gathered, first.address) === 'tls';
  const by = [...new Set(clashes.flatMap((clash) => clash.by))];
  const one = clashes.length === 1;
  const speaks = one
    ? `which ${isTls ? 'uses' : 'does not use'} TLS`
    : `that ${isTls ? 'use' : 'do not use'} TLS`;
  const ports = one ? `announces ${formatAddress(first.address)}, ${speaks}` : `announce ports ${speaks}`;
  return [
    {
      subject: idsOf(clashes.map((clash) => clash.itself)),
      servers: by.map((s) => s.id),
      masterName: name,
      message: `${idsOf(clashes.map((c) => c.itself))} ${ports} (${reasonFor(gathered, first)}), and ${idsOf(by)} ${by.length === 1 ? 'connects' : 'connect'} ${isTls ? 'without TLS (tls-replication no)' : 'with TLS (tls-replication yes)'}`,
      consequence:
        'the others hear it through the master and cannot ask for its vote: where this holds for a majority, no failover is possible',
      fix: clashes.flatMap(({ itself }) => announceFitting(gathered, itself, master, isTls)),
    },
  ];
}

/** The commands that make a sentinel announce the port that its peers can use: it announces its TLS port, or its plain one. */
function announceFitting(
  gathered: Gathered,
  sentinel: GatheredSentinel,
  master: Group['master'],
  isTls: boolean,
): string[] {
  const ports = portsOf(sentinel);
  const fitting = (isTls ? ports?.plain : ports?.tls) ?? 0;
  if (announcePort(sentinel) !== null && (fitting > 0 || ports === null))
    return [
      cli(
        sentinel,
        `SENTINEL CONFIG SET announce-port ${fitting > 0 ? fitting : `<its ${isTls ? 'port' : 'tls-port'}>`}`,
      ),
    ];
  const listen = isTls
    ? toPlain(sentinel)
    : [
        withLine(`tls-port ${besides(sentinel.announce.port)}`),
        ...certificatesFor(sentinel, master).map((c) => withLine(`${c.name} ${c.value}`)),
      ];
  return changeFile(gathered, sentinel, listen);
}

/** `sentinel announce-port`, where it is set: SENTINEL CONFIG GET tells it, and the file. */
function announcePort(sentinel: GatheredSentinel): string | null {
  const port = sentinel.config.ok ? sentinel.config.value['announce-port'] : undefined;
  return port === undefined || port === '0' || port === '' ? null : port;
}

/** Sentinels that listen by TLS only and connect without it announce port 0: to the others they are all one. */
function portless(
  gathered: Gathered,
  { name, master, nodes, views: all }: Group,
  views: readonly MonitoredAt[],
): RawFinding[] {
  const listed = all.flatMap(({ master }) => (master.sentinels.ok ? master.sentinels.value : []));
  const isPortless = ({ runid, port }: Fields, { myid }: GatheredSentinel): boolean =>
    port === '0' && myid.ok && myid.value === runid;
  const those = views
    .map((view) => view.sentinel)
    .filter(
      (s) =>
        listed.some((record) => isPortless(record, s)) ||
        (listed.some(({ port }) => port === '0') &&
          portsOf(s)?.plain === 0 &&
          settingAt(s, 'tls-replication') !== 'yes' &&
          announcePort(s) === null),
    );
  if (those.length === 0) return [];
  return [
    {
      subject: idsOf(those),
      // Data nodes without TLS at these ports are well: --tls, which such sentinels need, does not fit them.
      servers: [
        ...all.map((view) => view.sentinel.id),
        ...nodes.filter((n) => n.speaksTls === false && n.silence !== null).map((n) => n.id),
      ],
      masterName: name,
      message: `${idsOf(those)} ${those.length === 1 ? 'announces' : 'announce'} port 0: ${those.length === 1 ? 'it has' : 'they have'} only a TLS port (port 0), and tls-replication is not on`,
      consequence:
        'a sentinel without a port gets no question for its vote, and several of them replace each other in every list',
      fix: [
        keepTls(name, master),
        ...those.flatMap((sentinel) => changeFile(gathered, sentinel, toPlain(sentinel))),
      ],
    },
  ];
}

/** With tls-replication a sentinel dials every server by TLS: the data nodes have to announce their TLS ports too. */
function keepTls(name: string, master: Group['master']): string {
  const port = master === null ? 0 : (portsOf(master)?.tls ?? 0);
  const at = master !== null && port > 0 ? `${master.announce.host} ${port}` : "the master's TLS port";
  return `# with TLS between all of them: tls-replication yes at every server, and ${at} in replicaof and sentinel monitor, then SENTINEL RESET ${name} at one sentinel after the other; else, without:`;
}

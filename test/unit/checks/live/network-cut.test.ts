import { describe, expect, it } from 'vitest';
import { CHECKS, diagnose } from '../../../../src/checks/index.js';
import networkCut from '../../../../src/checks/live/network-cut.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { cutNetwork, down, unlinked } from '../../../helpers/alterations/alteration.js';
import { alter, given, judge, nodeIn, sentinelIn, silence } from '../../../helpers/healthy-gathering.js';
import { onThreeMachines } from '../../../helpers/recorded-gathering.js';

/** What the check says of a cluster on three machines, after `change`. */
function seen(change: (gathered: Gathered) => void) {
  const gathered = onThreeMachines();
  change(gathered);
  for (const server of [...gathered.nodes, ...gathered.sentinels])
    if (server.silence === null) alter(server.info, { uptime_in_seconds: '86400' });
  return { gathered, found: judge(networkCut, gathered) };
}

/** Neither the sentinels that answer nor this machine get a connection to redis-n and sentinel-n. */
function beyond(gathered: Gathered, ns: readonly number[], isConnected = false): void {
  for (const sentinel of gathered.sentinels)
    for (const view of given(sentinel.masters)) {
      const isThere = ({ port }: { port?: string }) => ns.some((n) => port?.endsWith(String(78 + n)));
      down([...given(view.replicas), ...given(view.sentinels)].filter(isThere));
    }
  for (const server of ns.flatMap((n) => [nodeIn(gathered, n), sentinelIn(gathered, n)])) {
    silence(server, 'timeout');
    if (!isConnected) server.silence = { kind: 'timeout', message: 'did not answer', unreached: true };
  }
}

describe('network-cut, seen from both sides', () => {
  it('names the sides, and what a second master accepts is lost', () => {
    const { found, gathered } = seen((g) => {
      cutNetwork(g, 1);
      for (const n of [2, 3]) unlinked(g, n);
      const info = given(nodeIn(g, 2).info) as Record<string, string>;
      Object.assign(info, { role: 'master' });
      Object.assign(given(nodeIn(g, 2).role), { role: 'master', follows: null, link: null });
      for (const n of [2, 3])
        for (const view of given(sentinelIn(g, n).masters))
          Object.assign(view.fields, {
            runid: info.run_id,
            ip: '192.0.2.2',
            port: '6380',
            flags: 'master',
            'config-epoch': '9',
          });
    });
    expect(found).toMatchObject([
      {
        brief: expect.stringMatching(
          /^the network is cut between \{redis-1 and sentinel-1\} and \{redis-2, redis-3, sentinel-2 and sentinel-3\}; what redis-1 accepts is lost$/,
        ),
        fix: [
          expect.stringMatching(/^open the network between 192\.0\.2\.1 and 192\.0\.2\.2, 192\.0\.2\.3 /),
          expect.stringMatching(/^# until then/),
          expect.stringMatching(/ -p 6379 CONFIG SET min-replicas-to-write 1$/),
        ],
      },
    ]);
    const { findings, verdict } = diagnose(gathered, CHECKS);
    const [root] = findings;
    expect(root?.id).toBe('network-cut');
    expect(verdict.text).toContain('acknowledged writes may be lost; the network is cut');
    // A command that names the other side fails while it is cut.
    expect(JSON.stringify(root?.consequences)).not.toMatch(/REPLICAOF|SENTINEL (REMOVE|MONITOR|RESET)/);
    expect(root?.consequences.flatMap(({ repairs }) => repairs)).toEqual([]);
    // No sentinel demotes it in 10 s while the network is cut.
    expect(root?.consequences.find(({ id }) => id === 'split-brain')?.consequence).toBe(
      'every write to the wrong master is lost when the network is back and it becomes a replica',
    );
  });

  it('is less where the master is on the larger side', () => {
    const { found } = seen((g) => {
      unlinked(g, 3);
      cutNetwork(g, 3);
    });
    expect(found).toMatchObject([{ severity: 'warning', impact: 'degraded', fix: [expect.any(String)] }]);
  });

  it.each<[string, (g: Gathered) => void]>([
    [
      'one side calls nothing down',
      (g) => down(given(given(sentinelIn(g, 1).masters)[0]?.replicas ?? { ok: false, why: '' })),
    ],
    ['a replica has a link over it', (g) => cutNetwork(g, 3)],
    [
      'one sentinel still reaches the other side',
      (g) => {
        unlinked(g, 3);
        cutNetwork(g, 3);
        for (const view of given(sentinelIn(g, 2).masters))
          for (const record of given(view.sentinels)) Object.assign(record, { flags: 'sentinel' });
      },
    ],
    [
      'an address never led there',
      (g) => {
        unlinked(g, 3);
        cutNetwork(g, 3);
        for (const { masters } of g.sentinels)
          for (const view of given(masters))
            for (const record of [view.fields as Record<string, string>, ...given(view.replicas)])
              if (record.flags?.includes('s_down')) Object.assign(record, { runid: '' });
      },
    ],
  ])('says nothing where %s', (_, change) => {
    expect(seen(change).found).toEqual([]);
  });
});

describe('network-cut, seen from one side', () => {
  it('on the side without the majority: stop the writes, open the network', () => {
    const { found, gathered } = seen((g) => beyond(g, [2, 3]));
    expect(found).toMatchObject([
      {
        brief: expect.stringMatching(
          /^this side is cut off: .*; if they run, they may have promoted another node, and every write to redis-1 is lost$/,
        ),
        fix: [
          expect.stringMatching(
            /^open the network between 192\.0\.2\.1 and 192\.0\.2\.2, 192\.0\.2\.3 .* or start those machines/,
          ),
          expect.stringMatching(/^# until then/),
          // Its list has replicas of the other side until repl-timeout: they acknowledge nothing.
          expect.stringMatching(/CONFIG SET min-replicas-to-write 1$/),
          expect.stringMatching(/^# no SENTINEL RESET/),
        ],
      },
    ]);
    expect(JSON.stringify(diagnose(gathered, CHECKS).findings)).not.toMatch(
      /kill -CONT|SENTINEL RESET mymaster/,
    );
  });

  it('sentinels alone on the other side promote nothing: writes go on', () => {
    const { found } = seen((g) => {
      for (const n of [2, 3]) {
        silence(sentinelIn(g, n), 'timeout');
        sentinelIn(g, n).silence = { kind: 'timeout', message: 'did not answer', unreached: true };
      }
      // On machines of their own.
      for (const n of [2, 3]) {
        const address = { host: `192.0.2.1${n}`, port: sentinelIn(g, n).announce.port };
        Object.assign(sentinelIn(g, n), { announce: address, endpoint: address });
        for (const view of given(sentinelIn(g, 1).masters))
          for (const record of given(view.sentinels))
            if (record.ip === `192.0.2.${n}`) Object.assign(record, { ip: address.host });
      }
      for (const view of given(sentinelIn(g, 1).masters)) down(given(view.sentinels));
    });
    expect(found).toMatchObject([{ impact: 'no-failover' }]);
    const text = JSON.stringify(found);
    expect(text).not.toContain('every write to');
    expect(text).not.toContain('min-replicas-to-write');
  });

  it('on the side with the majority it is a warning', () => {
    const { found } = seen((g) => {
      beyond(g, [3]);
      nodeIn(g, 3).announce = { host: '192.0.2.4', port: 6381 };
      for (const { masters } of g.sentinels)
        if (masters.ok)
          for (const view of masters.value)
            for (const record of given(view.replicas))
              if (record.port === '6381') Object.assign(record, { ip: '192.0.2.4' });
    });
    expect(found).toMatchObject([
      { severity: 'warning', brief: expect.stringMatching(/^cut off or switched off: /) },
    ]);
  });

  it.each<[string, (g: Gathered) => void]>([
    ['frozen processes take the connection', (g) => beyond(g, [2, 3], true)],
    ['one machine is silent', (g) => beyond(g, [3])],
    [
      'the sentinels reach them',
      (g) => {
        beyond(g, [2, 3]);
        for (const view of given(sentinelIn(g, 1).masters))
          for (const record of given(view.sentinels)) Object.assign(record, { flags: 'sentinel' });
      },
    ],
  ])('says nothing where %s', (_, change) => {
    expect(seen(change).found).not.toEqual(
      expect.arrayContaining([expect.objectContaining({ fix: expect.anything() })]),
    );
  });

  it('says nothing where what answers was started since: it may be the same servers with new addresses', () => {
    const { gathered } = seen((g) => beyond(g, [2, 3]));
    alter(sentinelIn(gathered, 1).info, { uptime_in_seconds: '60' });
    expect(judge(networkCut, gathered)).toMatchObject({ skip: expect.any(String) });
  });
});

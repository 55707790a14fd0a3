import { describe, expect, it } from 'vitest';
import addressDouble from '../../../../src/checks/live/address-double.js';
import linkDown from '../../../../src/checks/live/link-down.js';
import noGoodSlave from '../../../../src/checks/live/no-good-slave.js';
import seenDown from '../../../../src/checks/live/seen-down.js';
import natReplica from '../../../../src/checks/network/nat-replica.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { stream, unlinked } from '../../../helpers/alterations/alteration.js';
import { given, nodeIn, replicaRecords, said, viewsIn } from '../../../helpers/healthy-gathering.js';

const OLD = '198.51.100.3';
const FIRST = '198.51.100.3:6381';
/** A record of a replica that gives this sentinel no answer at all. */
const DEAD = { flags: 's_down,slave', 's-down-time': '90000', 'last-ping-reply': '95000', runid: '' };

/** redis-3 announced another address before, which every sentinel still lists. */
const moved =
  (records: Record<string, string> = DEAD) =>
  (g: Gathered): void => {
    nodeIn(g, 3).alsoAt = [{ host: OLD, port: 6381 }];
    for (const view of viewsIn(g)) {
      const all = given(view.replicas);
      const now = all.find((r) => r.port === '6381');
      all.push({ ...now, ...records, ip: OLD, name: FIRST });
    }
  };

describe('a replica of Valkey that two channels make two of', () => {
  const doubled = (settings: Record<string, string>) => (g: Gathered) => {
    nodeIn(g, 3).alsoAt = [{ host: '192.0.2.3', port: 6381 }];
    for (const { id, config } of g.nodes)
      if (config.ok)
        Object.assign(config.value, {
          'dual-channel-replication-enabled': 'yes',
          ...(id === 'redis-3' && settings),
        });
    for (const view of viewsIn(g)) {
      const all = given(view.replicas);
      all.push({ ...all.find((r) => r.port === '6381'), ip: '192.0.2.3', name: '192.0.2.3:6381' });
    }
  };
  const fixWith = (settings: Record<string, string>): string[] =>
    (said(addressDouble, doubled(settings)) as { fix: string[] }[])[0]?.fix.map((line) =>
      line.replace(/^redis-cli -h \S+ -p /, ''),
    ) ?? [];
  const off = ['6379', '6380', '6381'].flatMap((port) => [
    `${port} CONFIG SET dual-channel-replication-enabled no`,
    `${port} CONFIG REWRITE`,
  ]);

  it('where its address is announced already, the second channel is what is ended, before any RESET', () => {
    const fix = fixWith({ 'replica-announce-ip': '127.0.0.1' });
    expect(fix.slice(0, 7)).toEqual([...off, expect.stringMatching(/^# one sentinel at a time/)]);
    expect(fix[7]).toBe('26379 SENTINEL RESET mymaster');
    expect(said(addressDouble, doubled({ 'replica-announce-ip': '127.0.0.1' }))).toMatchObject([
      { evidence: expect.stringContaining('(Valkey 8.0 to 9.0)') },
    ]);
  });

  it('where it is not announced, both are needed', () =>
    expect(fixWith({ 'replica-announce-ip': '' }).slice(0, 8)).toEqual([
      ...off,
      '6381 CONFIG SET replica-announce-ip 127.0.0.1',
      '6381 CONFIG REWRITE',
    ]));
});

describe('an old address that the sentinels still list', () => {
  it('is named as that, with the RESET that forgets it', () => {
    expect(said(addressDouble, moved())).toMatchObject([
      {
        subject: FIRST,
        severity: 'warning',
        brief: `the sentinels still list ${FIRST}, an old address of 127.0.0.1:6381`,
        fix: [
          expect.stringMatching(/ -p 26379 SENTINEL RESET mymaster$/),
          'sleep 30',
          expect.stringMatching(/ -p 26380 SENTINEL RESET mymaster$/),
          'sleep 30',
          expect.stringMatching(/ -p 26381 SENTINEL RESET mymaster$/),
          expect.stringMatching(/^# one sentinel after another/),
        ],
        repairs: [{ kind: 'reset' }, { kind: 'reset' }, { kind: 'reset' }],
      },
    ]);
  });

  it('is no server that is called down although it answers', () => {
    expect(said(seenDown, moved())).toEqual([]);
    // A sentinel that has no other address of it does not reach it.
    const only = said(seenDown, (g) => {
      for (const record of replicaRecords(g, 3)) Object.assign(record, DEAD);
      stream(g, 3, null);
    });
    expect(only).toMatchObject([
      { subject: 'redis-3', message: expect.stringContaining('although it answers') },
    ]);
  });

  it('is not forgotten while the master does not list the new address: nothing would name the replica again', () => {
    const unlisted = said(addressDouble, (g) => {
      moved()(g);
      unlinked(g, 3);
    });
    expect(unlisted).toMatchObject([
      { severity: 'info', fix: [expect.stringMatching(/^# no RESET before /)] },
    ]);
    expect(JSON.stringify(unlisted)).not.toContain('"kind":"reset"');
  });

  it('is not old where a sentinel has it as up, or the master sends data to it', () => {
    const up = { flags: 'slave', runid: 'a'.repeat(40) };
    expect(said(addressDouble, moved(up))).not.toMatchObject([{ severity: 'warning' }]);
    const sent = said(addressDouble, (g) => {
      moved()(g);
      stream(g, 3, { ip: OLD });
    });
    expect(sent).toEqual([]);
  });

  it('is not a second replica without a link', () => {
    const both = said(linkDown, (g) => {
      moved()(g);
      unlinked(g, 3);
    });
    expect(both).toHaveLength(1);
  });
});

describe('replicas that no sentinel reaches where their master has them', () => {
  const WORDS =
    'redis-1 sends data to 127.0.0.1:6380 and 127.0.0.1:6381, where sentinel-1, sentinel-2, sentinel-3 cannot connect';
  const unreached = (g: Gathered): void => {
    for (const n of [2, 3]) {
      for (const record of replicaRecords(g, n)) Object.assign(record, DEAD);
      Object.assign(given(nodeIn(g, n).config), { bind: `127.0.0.1 10.0.0.${n}` });
    }
  };

  it.each([
    ['nat-replica', natReplica],
    ['no-good-slave', noGoodSlave],
    ['seen-down', seenDown],
  ] as const)('are named together by %s, in the same words', (_, check) => {
    const [found, ...more] = said(check, unreached) as { message: string; fix: string[] }[];
    expect(more).toEqual([]);
    expect(found?.message).toContain(WORDS);
    expect(found?.fix).toEqual([
      expect.stringMatching(
        /^# where that is its address: open TCP 6380 from 127\.0\.0\.1 to 127\.0\.0\.1 .*; else:$/,
      ),
      expect.stringMatching(/^# where that is its address: open TCP 6381 /),
      'replica-announce-ip and replica-announce-port in the redis.conf of redis-2 and redis-3: an address of each at which the sentinels connect',
      '# redis-2 listens on 10.0.0.2 too',
      '# redis-3 listens on 10.0.0.3 too',
      expect.stringMatching(/^# .* -p 6380 CONFIG SET replica-announce-ip <.*>$/),
      expect.stringMatching(/^# .* -p 6381 CONFIG SET replica-announce-ip <.*>$/),
      expect.stringMatching(/^# then .* -p 6379 CLIENT KILL TYPE replica$/),
      expect.stringMatching(/^# the sentinels still list the old addresses then/),
    ]);
  });

  it('are not those that answer with an error: a password is wrong there', () => {
    const refused = said(seenDown, (g) => {
      unreached(g);
      for (const n of [2, 3])
        for (const record of replicaRecords(g, n)) Object.assign(record, { 'last-ping-reply': '300' });
    });
    expect(JSON.stringify(refused)).not.toContain('sends data');
  });
});

import { describe, expect, it } from 'vitest';
import type { UpResult } from '../../../src/cluster/up/result.js';
import { nothingRemoved } from '../../../src/drivers/provisioner.js';
import { cell } from '../../../src/report/rows.js';
import { downAllText, downText } from '../../../src/report/text/down.js';
import { listText } from '../../../src/report/text/list.js';
import { upText } from '../../../src/report/text/up.js';
import { LIST_ROWS } from '../../../src/report/tsv.js';
import { expectToFit, plainView } from './lines.js';

const ref = (id: string, port: number) => ({ id, host: '127.0.0.1', port });
const up: UpResult = {
  cluster: 'default',
  driver: 'process',
  masterName: 'mymaster',
  master: ref('redis-1', 6379),
  replicas: [ref('redis-2', 6380), ref('redis-3', 6381)],
  sentinels: [ref('sentinel-1', 26379), ref('sentinel-2', 26380), ref('sentinel-3', 26381)],
  convergedMs: 84.2,
  alreadyUp: false,
  routable: true,
  natMap: null,
};
const behindNat: UpResult = {
  ...up,
  cluster: 'lab',
  driver: 'docker',
  routable: false,
  natMap: { '172.30.0.11:6379': { host: '127.0.0.1', port: 6379 } },
};

describe('up', () => {
  it('answers first, then lists addresses, then says what to type next', () => {
    expect(upText(up, plainView(100))).toMatchInlineSnapshot(`
      "✔ default is up: mymaster → redis-1 127.0.0.1:6379, 2 replicas, 3 sentinels (process), converged in
        84 ms (proved)

      NODE        ROLE      ADDRESS
      redis-1     master    127.0.0.1:6379
      redis-2     replica   127.0.0.1:6380
      redis-3     replica   127.0.0.1:6381
      sentinel-1  sentinel  127.0.0.1:26379
      sentinel-2  sentinel  127.0.0.1:26380
      sentinel-3  sentinel  127.0.0.1:26381

      → sentinelctl status
      → sentinelctl env
      → sentinelctl doctor"
    `);
  });

  it('40 columns', () => {
    expect(upText(up, plainView(40))).toMatchInlineSnapshot(`
      "✔ default is up: mymaster → redis-1
        127.0.0.1:6379, 2 replicas, 3
        sentinels (process), converged in
        84 ms (proved)

      NODE        ROLE      ADDRESS
      redis-1     master    127.0.0.1:6379
      redis-2     replica   127.0.0.1:6380
      redis-3     replica   127.0.0.1:6381
      sentinel-1  sentinel  127.0.0.1:26379
      sentinel-2  sentinel  127.0.0.1:26380
      sentinel-3  sentinel  127.0.0.1:26381

      → sentinelctl status
      → sentinelctl env
      → sentinelctl doctor"
    `);
  });

  it('says that nothing was changed when it was up already', () => {
    expect(
      upText({ ...up, alreadyUp: true, convergedMs: 0 }, plainView(120)).split('\n')[0],
    ).toMatchInlineSnapshot(
      `"default is already up: mymaster → redis-1 127.0.0.1:6379, 2 replicas, 3 sentinels (process), nothing was changed"`,
    );
  });

  it('says how clients get to addresses that this machine cannot reach', () => {
    expect(upText(behindNat, plainView(100)).split('\n').slice(9)).toMatchInlineSnapshot(`
      [
        "sentinel-3  sentinel  127.0.0.1:26381",
        "",
        "! this machine cannot reach the announced addresses: clients need the natMap",
        "ANNOUNCED         REACHABLE AT",
        "172.30.0.11:6379  127.0.0.1:6379",
        "  → sentinelctl env --cluster lab",
        "",
        "→ sentinelctl status --cluster lab",
        "→ sentinelctl env --cluster lab",
        "→ sentinelctl doctor --cluster lab",
      ]
    `);
  });
});

describe('down', () => {
  it('counts what was removed', () => {
    const removed = { processes: 0, containers: 6, networks: 1, volumes: 3 };
    expect(
      downText({ cluster: 'lab', removed, keptData: false, leftRunning: [] }, plainView(80)),
    ).toMatchInlineSnapshot(`"✔ lab is down: 6 containers, 1 network and 3 volumes removed"`);
    expect(
      downText({ cluster: 'lab', removed: nothingRemoved, keptData: false, leftRunning: [] }, plainView(80)),
    ).toMatchInlineSnapshot(`"lab is down: there was nothing to remove"`);
    expect(
      downText(
        { cluster: 'default', removed: { ...nothingRemoved, processes: 1 }, keptData: true, leftRunning: [] },
        plainView(80),
      ),
    ).toMatchInlineSnapshot(`
      "✔ default is down: 1 process removed, data kept
      → sentinelctl up"
    `);
    const data = {
      nodes: ['redis-2'],
      bytes: 2048,
      keys: 8,
      places: ['/tmp/nodes'],
      wasKept: false,
      unsaved: null,
    };
    const one = { cluster: 'lab', removed: { ...nothingRemoved, processes: 6 }, leftRunning: [] };
    expect(downText({ ...one, keptData: false, data }, plainView(80))).toMatchInlineSnapshot(
      `"✔ lab is down: 6 processes removed, data deleted: 8 keys, 2 KiB on disk"`,
    );
    expect(
      downText({ ...one, keptData: false, data: { ...data, keys: null } }, plainView(80)),
    ).toMatchInlineSnapshot(`
      "✔ lab is down: 6 processes removed, data deleted: 2 KiB on disk, number of keys
        unknown"
    `);
    const unsaved = { node: 'redis-1', keys: 9 };
    expect(
      downText({ ...one, keptData: true, data: { ...data, unsaved } }, plainView(80)),
    ).toMatchInlineSnapshot(`
      "✔ lab is down: 6 processes removed, data kept: 8 keys, 2 KiB on disk
      ! redis-1 held 9 keys in memory and writes nothing to disk: what only it held is
        lost
        kept in /tmp/nodes; up starts the cluster with this data again
      → sentinelctl up --cluster lab"
    `);
    expect(downAllText([], plainView(80))).toMatchInlineSnapshot(
      `"no cluster exists here: nothing to remove"`,
    );
  });
});

/** Two hours after the clusters were created. */
const NOW_MS = Date.parse('2026-01-02T05:04:06.000Z');

describe('list', () => {
  const seen = { ports: '6379-6381,26379-26381', createdAt: '2026-01-02T03:04:05.000Z' };
  const entries = [
    {
      ...{ cluster: 'default', driver: 'process', state: 'running', nodes: 6, running: 6, ...seen },
      ...{ verdict: 'HEALTHY' as const, master: 'redis-2' },
    },
    { cluster: 'lab', driver: 'docker', state: 'stopped', nodes: 6, running: 0, ...seen, verdict: null },
    { cluster: 'old', driver: 'docker', state: 'unreadable', nodes: 0 },
  ];

  it('shows every cluster known here', () => {
    expect(listText(entries, NOW_MS, plainView(80))).toMatchInlineSnapshot(`
      "CLUSTER  VERDICT     MASTER   NODES  PORTS                  DRIVER   AGE
      default  HEALTHY     redis-2    6/6  6379-6381 26379-26381  process   2h
      lab      stopped     -          0/6  6379-6381 26379-26381  docker    2h
      old      unreadable  -            0  -                      docker     -"
    `);
    const row = LIST_ROWS.columns.map((column) => cell(LIST_ROWS.of({ clusters: entries })[1] ?? {}, column));
    expect(row).toEqual(['lab', 'docker', 'stopped', '6', '0', '', '', seen.ports, seen.createdAt]);
  });

  it('names the servers that do not answer', () => {
    const [first] = entries;
    if (first === undefined) throw new Error('no entry');
    const text = listText([{ ...first, running: 5, silent: ['redis-4'] }], NOW_MS, plainView(80));
    expect(text).toMatch(/\ndefault: no answer from redis-4$/);
  });

  it('says how to make the first one', () => {
    expect(listText([], NOW_MS, plainView(80))).toMatchInlineSnapshot(`
      "no cluster yet
      → sentinelctl up"
    `);
  });
});

it('fits every width', () => {
  expectToFit((v) => upText(up, v));
  expectToFit((v) => upText(behindNat, v));
  expectToFit((v) =>
    downText(
      {
        cluster: 'a-rather-long-name-of-a-cluster-of-mine',
        removed: { processes: 2, containers: 6, networks: 1, volumes: 3 },
        keptData: true,
        leftRunning: [
          {
            node: 'redis-1',
            address: { host: '127.0.0.1', port: 6379 },
            pid: 4711,
            command: 'redis-server redis.conf',
          },
        ],
      },
      v,
    ),
  );
  expectToFit((v) =>
    listText(
      [
        {
          cluster: 'a-rather-long-name-of-a-cluster-of-mine',
          driver: 'docker',
          state: 'partly running',
          nodes: 6,
        },
      ],
      NOW_MS,
      v,
    ),
  );
});

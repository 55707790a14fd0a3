import type { Gathered, Watched } from '../../../src/model/gathered.js';
import { given, sentinelIn } from '../healthy-gathering.js';
import type { Alteration } from './alteration.js';

const FOR_MS = 60_000;

/** What watching the cluster finds: no event, and no write. */
function watch(gathered: Gathered): Watched {
  gathered.watched ??= { forMs: FOR_MS, events: [], offsets: [] };
  return gathered.watched;
}

/** What is only seen over time. */
export const WATCHED: Alteration[] = [
  {
    id: 'address-switching',
    subject: 'sentinel-1',
    alter: (g) => {
      const id = given(sentinelIn(g, 2).myid);
      for (const atMs of [1000, 3000, 5000]) {
        const text = `master mymaster 127.0.0.1 6379 ip 127.0.0.1 port ${26_380 + (atMs % 3)} for ${id}`;
        watch(g).events.push({ sentinel: 'sentinel-1', atMs, name: '+sentinel-address-switch', text });
      }
    },
  },
  {
    id: 'restart-loop',
    subject: 'redis-2',
    alter: (g) => {
      const { host, port } = g.nodes[1]?.announce ?? { host: '', port: 0 };
      const text = `slave ${host}:${port} ${host} ${port} @ mymaster 127.0.0.1 6379`;
      for (const atMs of [900, 2700])
        for (const sentinel of ['sentinel-1', 'sentinel-2'])
          watch(g).events.push({ sentinel, atMs, name: '+reboot', text });
    },
  },
  {
    id: 'flapping',
    subject: 'sentinel-1',
    alter: (g) => {
      const { host, port } = g.nodes[2]?.announce ?? { host: '', port: 0 };
      const text = `slave ${host}:${port} ${host} ${port} @ mymaster 127.0.0.1 6379`;
      for (const [atMs, name] of [
        [800, '+sdown'],
        [2100, '-sdown'],
        [3900, '+sdown'],
      ] as const)
        watch(g).events.push({ sentinel: 'sentinel-1', atMs, name, text });
    },
  },
  {
    id: 'lag-growing',
    subject: 'redis-2',
    alter: (g) => {
      for (let atMs = 0; atMs <= FOR_MS; atMs += 5000) {
        const written = atMs * 60;
        watch(g).offsets.push(
          { node: 'redis-1', atMs, offset: written, role: 'master' },
          { node: 'redis-2', atMs: atMs + 3, offset: Math.floor(written / 4), role: 'replica' },
          { node: 'redis-3', atMs: atMs + 3, offset: written, role: 'replica' },
        );
      }
    },
  },
];

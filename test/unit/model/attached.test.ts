import { expect, it } from 'vitest';
import { type AttachedServer, keptIds } from '../../../src/model/attached.js';

const at = (port: number) => ({ host: '10.0.0.1', port });
const recorded: AttachedServer[] = [1, 2, 3].map((n) => ({
  id: `redis-${n}`,
  kind: 'redis',
  announce: at(6378 + n),
  identity: `run-${n}`,
  masterNames: ['mymaster'],
}));
const found = (port: number, identity: string | null) => ({
  id: `10.0.0.1:${port}`,
  announce: at(port),
  identity,
});

it('a server that was started again at its address is the one that it was', () => {
  expect(keptIds(recorded, 'redis', [found(6379, 'run-9'), found(6380, null)])).toEqual([
    'redis-1',
    'redis-2',
  ]);
});

it('a server that moved keeps its id, and who is at its old address does not get it', () => {
  const moved = [found(6379, 'run-2'), found(6380, 'run-9')];
  expect(keptIds(recorded, 'redis', moved)).toEqual(['redis-2', '10.0.0.1:6380']);
});

it('servers that changed places are told apart', () => {
  const swapped = [found(6379, 'run-2'), found(6380, 'run-1'), found(6381, 'run-3')];
  expect(keptIds(recorded, 'redis', swapped)).toEqual(['redis-2', 'redis-1', 'redis-3']);
});

it('who is in no record keeps its address, and a sentinel is never taken for a data node', () => {
  expect(keptIds(recorded, 'redis', [found(7000, 'run-7')])).toEqual(['10.0.0.1:7000']);
  expect(keptIds(recorded, 'sentinel', [found(6379, 'run-1')])).toEqual(['10.0.0.1:6379']);
});

it('an empty identity proves nothing', () => {
  const nameless = recorded.map((server) => ({ ...server, identity: '' }));
  expect(keptIds(nameless, 'redis', [found(7000, '')])).toEqual(['10.0.0.1:7000']);
});

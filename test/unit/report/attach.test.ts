import { expect, it } from 'vitest';
import type { AttachedCluster } from '../../../src/model/attached.js';
import { OPEN } from '../../../src/model/secrets.js';
import { type AttachResult, attachText } from '../../../src/report/text/attach.js';
import { plainView } from './lines.js';

const at = (port: number) => ({ host: '10.0.0.5', port });
const servers = [1, 2].map((n) => ({
  ...{ id: `redis-${n}`, kind: 'redis' as const, announce: at(6378 + n) },
  ...{ identity: '', masterNames: ['orders'] },
}));

const result = (more: Partial<AttachedCluster>, unreached: AttachResult['unreached'] = []): AttachResult => ({
  record: {
    ...{ version: 1, cluster: 'shop', attachedAtMs: 0, sentinelAddrs: [], masterName: null, servers },
    ...{ readonly: false, label: null, way: 'local' as const },
    access: { credentials: { redis: OPEN, sentinel: OPEN }, tls: null, addressMap: [] },
    ...more,
  },
  again: false,
  masters: ['orders'],
  unreached,
  notHere: [],
  verdict: { word: 'HEALTHY', text: 'orders' } as AttachResult['verdict'],
  commands: [],
});
const text = (...given: Parameters<typeof result>): string => attachText(result(...given), plainView(400));

it('promises only what is then allowed', () => {
  expect(text({})).toMatch(/work on them, with --confirm shop$/m);
  expect(text({ readonly: true, label: 'production' })).toMatch(
    /found as processes of this machine: it was attached with --readonly, which refuses kill, /,
  );
  expect(text({ readonly: true })).not.toContain('--confirm');
  expect(text({ label: 'production' })).toContain(
    'with --confirm shop/MASTER, where MASTER is the id of the',
  );
});

it('has the rule for each server that was not reached', () => {
  const missed = (n: number) => ({
    id: `redis-${n}`,
    announce: at(6378 + n),
    endpoint: at(1),
    why: 'is silent',
  });
  expect(text({}, [missed(1)])).toContain('attach again with --map 10.0.0.5:6379=HOST:PORT, the address');
  const all = [1, 2, 3, 4, 5, 6, 7, 8].map(missed);
  const rules = text({}, all).match(/^ {2}--map 10\.0\.0\.5:\d+=HOST:PORT$/gm);
  expect(rules).toHaveLength(8);
});

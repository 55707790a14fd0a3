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

const result = (
  more: Partial<AttachedCluster>,
  unreached: AttachResult['unreached'] = [],
  published: AttachResult['published'] = [],
): AttachResult => ({
  record: {
    ...{ version: 1, cluster: 'shop', attachedAtMs: 0, sentinelAddrs: [], masterName: null, servers },
    ...{ readonly: false, label: null, way: 'local' as const },
    access: { credentials: { redis: OPEN, sentinel: OPEN }, tls: null, addressMap: [] },
    ...more,
  },
  again: false,
  masters: ['orders'],
  unreached,
  published,
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

const missed = (n: number) => ({
  id: `redis-${n}`,
  announce: at(6378 + n),
  endpoint: at(1),
  why: 'is silent',
});

it('has the ports that containers publish for servers that were not reached, and how they are recorded', () => {
  const { announce } = missed(1);
  const published = [{ id: 'redis-1', announce, container: 'app-1', reach: at(17_379) }];
  const [next, typed] = [text({}, [missed(1)], published), /^→ sentinelctl attach shop --map-published/m];
  expect(next).toMatch(typed);
  expect(next).toContain('redis-1 10.0.0.5:6379 → 10.0.0.5:17379, published by container app-1');
  expect(next).not.toContain('HOST:PORT');
  const ofFile = text({ file: { path: '/p/sentinelctl.yaml', lines: '' } }, [missed(1)], published);
  expect(ofFile).not.toMatch(typed);
  expect(ofFile).toContain('      - 10.0.0.5:6379=10.0.0.5:17379');
});

it('has the rule for each server that was not reached', () => {
  expect(text({}, [missed(1)])).toContain('attach again with --map 10.0.0.5:6379=HOST:PORT, the address');
  const all = [1, 2, 3, 4, 5, 6, 7, 8].map(missed);
  const rules = text({}, all).match(/^ {2}--map 10\.0\.0\.5:\d+=HOST:PORT$/gm);
  expect(rules).toHaveLength(8);
});

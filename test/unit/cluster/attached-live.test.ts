import { expect, it } from 'vitest';
import { attachedState } from '../../../src/cluster/attached-live.js';
import type { AttachedCluster } from '../../../src/model/attached.js';
import { driverWord } from '../../../src/model/plan.js';
import { OPEN } from '../../../src/model/secrets.js';
import { OPEN_ACCESS } from '../../../src/wire/access.js';

const record: AttachedCluster = {
  version: 1,
  cluster: 'shop',
  attachedAtMs: 0,
  sentinelAddrs: [],
  masterName: null,
  servers: [
    {
      id: 'redis-1',
      kind: 'redis',
      announce: { host: '10.0.0.1', port: 6379 },
      identity: 'run-1',
      masterNames: ['mymaster'],
    },
  ],
  access: { credentials: { redis: OPEN, sentinel: OPEN }, tls: null, addressMap: [] },
  readonly: false,
  label: null,
};

it.each([
  ['docker', 'docker'],
  ['local', 'process'],
] as const)('an attached cluster by way %s has nodes as those of driver %s', (way, driver) => {
  const { plan } = attachedState({ ...record, way }, null, OPEN_ACCESS);
  expect(plan.driver).toBe(driver);
  expect(driverWord(plan)).toBe('attached');
});

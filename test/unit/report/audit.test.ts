import { expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/cluster/store/audit.js';
import { auditText } from '../../../src/report/text/audit.js';
import { plainView } from './lines.js';

const master = (n: number) => ({ id: `redis-${n}`, address: `127.0.0.1:${n}`, runId: null });
const entry = (line: string[], before: number, after: number): AuditEntry =>
  ({
    id: line.join(' '),
    atMs: Date.UTC(2025, 0, 2, 3, 4),
    user: 'op',
    cluster: 'shop',
    masterName: null,
    what: line.join(' '),
    line,
    before: { verdict: 'HEALTHY', master: master(before) },
    end: { atMs: Date.UTC(2025, 0, 2, 3, 5), exitCode: 0, master: master(after) },
  }) as AuditEntry;
const entries = [entry(['failover-test'], 1, 2), entry(['kill', 'master'], 2, 2)];
const result = { cluster: null, total: 2, entries, unreadable: 0 };

it('names both masters only where another one was the master when the command ended', () => {
  expect(auditText(result, plainView(100))).toMatchInlineSnapshot(`
    "STARTED               USER  CLUSTER  EXIT  MASTER             COMMAND
    2025-01-02T03:04:00Z  op    shop        0  redis-1 → redis-2  failover-test
    2025-01-02T03:04:00Z  op    shop        0  redis-2            kill master"
  `);
});

it('names the columns that a narrow terminal leaves out', () => {
  expect(auditText(result, plainView(60))).toContain(
    '2 columns not shown here: USER and MASTER; a wider terminal',
  );
});

it('without an entry it says that each action will be recorded', () => {
  const none = { ...result, total: 0, entries: [] };
  expect(auditText(none, plainView(80))).toBe(
    'no action on attached clusters yet: each one will be recorded here\n→ sentinelctl attach --help',
  );
});

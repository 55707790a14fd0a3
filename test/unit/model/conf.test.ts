import { describe, expect, it } from 'vitest';
import {
  keepsChanges,
  persistsIn,
  quoteArgument,
  redactConf,
  redactLogLine,
  redisConf,
  sentinelConf,
  withReplicaOf,
} from '../../../src/model/conf.js';
import type { ClusterPlan, NodePlan } from '../../../src/model/plan.js';
import { DEFAULT_SPEC } from '../../../src/model/spec.js';
import { NO_SECRETS } from '../../../src/model/users.js';

const node: NodePlan = {
  id: 'redis-2',
  kind: 'redis',
  announce: { host: '127.0.0.1', port: 6380 },
  endpoint: { host: '127.0.0.1', port: 6380 },
  persistent: true,
};
const sentinel: NodePlan = { ...node, id: 'sentinel-1', kind: 'sentinel', sentinelId: 'a'.repeat(40) };
const plan: ClusterPlan = { spec: DEFAULT_SPEC, driver: 'process', nodes: [node, sentinel] };
const place = { dir: '/d', bind: '127.0.0.1', logfile: '/d/server.log', pidfile: null };

describe('quoting', () => {
  it.each([
    ['plain-1.2:3', 'plain-1.2:3'],
    ['', '""'],
    ['two words', '"two words"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ['line\nbreak', '"line\\x0abreak"'],
    ['#comment', '"#comment"'],
    ['é', '"\\xc3\\xa9"'],
  ])('writes %j as %j, as Redis reads it back', (value, written) => {
    expect(quoteArgument(value)).toBe(written);
  });
});

describe('a node with an address of its own', () => {
  it('connects from it, where that must be said; a sentinel too', () => {
    const own = { ...place, source: '127.88.3.12' };
    expect(redisConf(plan, node, own, NO_SECRETS)).toMatch(/^bind-source-addr 127\.88\.3\.12$/m);
    expect(sentinelConf(plan, sentinel, own, NO_SECRETS, node.announce)).toMatch(
      /^bind-source-addr 127\.88\.3\.12$/m,
    );
    expect(redisConf(plan, node, place, NO_SECRETS)).not.toContain('bind-source-addr');
  });
});

describe('a data node', () => {
  it('writes to disk as its plan says, and says so when asked', () => {
    expect(persistsIn(redisConf(plan, node, place, NO_SECRETS))).toBe(true);
    expect(persistsIn(redisConf(plan, { ...node, persistent: false }, place, NO_SECRETS))).toBe(false);
  });

  it('keeps every change over a restart where its file says so and it was not told otherwise since', () => {
    const keeping = redisConf(plan, node, place, NO_SECRETS);
    const losing = redisConf(plan, { ...node, persistent: false }, place, NO_SECRETS);
    expect([undefined, true, false].map((logs) => keepsChanges(keeping, logs))).toEqual([true, true, false]);
    // CONFIG SET appendonly yes without CONFIG REWRITE: the next start loads no append-only file.
    expect([undefined, true, false].map((logs) => keepsChanges(losing, logs))).toEqual([false, false, false]);
    expect([undefined, true, false].map((logs) => keepsChanges(undefined, logs))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('carries the password for both directions, and the directives that were asked for', () => {
    const conf = redisConf(
      { ...plan, spec: { ...DEFAULT_SPEC, redisConf: [['maxmemory', '100mb']] } },
      node,
      place,
      { ...NO_SECRETS, password: 's p' },
    );
    expect(conf).toContain('requirepass "s p"\n');
    expect(conf).toContain('masterauth "s p"\n');
    expect(conf).toContain('maxmemory 100mb\n');
  });

  it('follows no node at first, and exactly one master after an edit', () => {
    const conf = redisConf(plan, node, place, NO_SECRETS);
    const followed = (text: string): string[] => text.match(/^(replicaof|slaveof) .*$/gm) ?? [];
    expect(followed(conf)).toEqual([]);
    const once = withReplicaOf(conf, { host: '10.0.0.1', port: 1 });
    const twice = withReplicaOf(`${once}slaveof 10.0.0.9 9\n`, { host: '10.0.0.2', port: 2 });
    expect(followed(once)).toEqual(['replicaof 10.0.0.1 1']);
    expect(followed(twice)).toEqual(['replicaof 10.0.0.2 2']);
    expect(followed(withReplicaOf(twice, null))).toEqual([]);
  });
});

describe('a sentinel', () => {
  it('monitors the master with the procedure’s values', () => {
    const conf = sentinelConf(plan, sentinel, place, NO_SECRETS, { host: '127.0.0.1', port: 6379 });
    expect(conf).toContain('sentinel monitor mymaster 127.0.0.1 6379 2\n');
    expect(conf).toContain('sentinel down-after-milliseconds mymaster 5000\n');
    expect(conf).toContain('sentinel failover-timeout mymaster 60000\n');
    expect(conf).toContain('sentinel parallel-syncs mymaster 1\n');
    expect(conf).toContain(`sentinel myid ${'a'.repeat(40)}\n`);
  });
});

describe('redaction', () => {
  it('leaves no secret of any kind in what is shown', () => {
    const conf = [
      'requirepass "s3cret one"',
      'masterauth s3cret',
      'sentinel auth-pass mymaster s3cret',
      'sentinel sentinel-pass s3cret',
      'user default on #s3cret ~* &* +@all',
      'user app on >s3cret ~*',
      'tls-key-file-pass s3cret',
      'port 6379',
    ].join('\n');
    const shown = redactConf(conf);
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('requirepass (redacted)');
    expect(shown).toContain('user app on (redacted) ~*');
    expect(shown).toContain('port 6379');
  });
});

describe('a log line that cites the configuration', () => {
  it.each([
    [">>> 'requirepass hunter2'", ">>> 'requirepass (redacted)'"],
    [">>> 'sentinel auth-pass mymaster pass \"word'", ">>> 'sentinel auth-pass mymaster (redacted)'"],
    [">>> 'bogus-directive 1'", ">>> 'bogus-directive 1'"],
    [
      '1:M 22 Nov 2026 13:48:29.801 # requirepass is set',
      '1:M 22 Nov 2026 13:48:29.801 # requirepass is set',
    ],
  ])('%s', (line, shown) => {
    expect(redactLogLine(line)).toBe(shown);
  });
});

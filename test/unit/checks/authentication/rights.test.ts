import { describe, expect, it } from 'vitest';
import aclChannel from '../../../../src/checks/authentication/acl-channel.js';
import aclShort from '../../../../src/checks/authentication/acl-short.js';
import { diagnose } from '../../../../src/checks/diagnose.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import { healthyGathered, nodeOf, viewOf } from '../../../helpers/recorded-gathering.js';

describe('acl-short', () => {
  const short = (...lacking: number[]) => {
    const gathered = healthyGathered();
    for (const n of lacking) {
      const node = nodeOf(gathered, n);
      if (node.dryrun.ok) node.dryrun.value = { ...node.dryrun.value, slaveof: 'NOPERM slaveof' };
    }
    return aclShort.live(gathered);
  };

  it('of one replica beside another: a failover that chooses the other succeeds', () => {
    expect(short(3)).toMatchObject([
      {
        subject: 'redis-3',
        consequence: expect.stringMatching(
          /^a failover that chooses redis-3 ends .* chooses redis-2 succeeds/,
        ),
      },
    ]);
  });

  const denying = (verdicts: Record<string, string>) => {
    const gathered = healthyGathered();
    for (const { dryrun } of gathered.nodes) if (dryrun.ok) Object.assign(dryrun.value, verdicts);
    return aclShort.live(gathered);
  };

  it('is not a command that is refused for its channel alone', () => {
    const verdict = "User sentinel has no permissions to access the '__sentinel__:hello' channel";
    expect(denying({ publish: verdict, subscribe: verdict })).toEqual([]);
  });

  it('of commands that no promotion sends: a note', () => {
    const found = denying({ role: 'NOPERM role', 'script kill': 'NOPERM script' });
    expect(found).toMatchObject(Array(3).fill({ severity: 'info', impact: 'none' }));
  });

  it('of every replica: no promotion succeeds', () => {
    for (const finding of [short(2, 3)].flat()) expect(finding).not.toHaveProperty('consequence');
  });
});

describe('acl-channel', () => {
  it('comes first where no sentinel has found another, and explains what they do not hear', () => {
    const gathered = healthyGathered();
    for (const node of gathered.nodes) node.channels = { ok: true, value: '' };
    for (const n of [1, 2, 3]) {
      const view = viewOf(gathered, n);
      view.sentinels = { ok: true, value: [] };
      view.ckquorum = { ok: true, value: { ok: false, usable: 1, message: 'NOQUORUM 1 usable Sentinels' } };
    }
    const { findings, verdict } = diagnose(gathered, CHECKS);
    expect(verdict.text).toMatch(/^mymaster: no failover is possible.*may not use __sentinel__:hello/);
    expect(findings[0]?.id).toBe('acl-channel');
    expect(findings[0]?.consequences.map(({ id }) => id)).toContain('sentinel-isolated');
    expect(findings.map(({ id }) => id)).not.toContain('sentinel-isolated');
  });
});

describe('channels', () => {
  it.each([
    ['&*', true],
    ['&__sentinel__:*', true],
    ['&news &__sentinel__:hello', true],
    ['allchannels', true],
    ['&__sentinel__?hello', true],
    ['', false],
    ['&news', false],
    ['&sentinel', false],
    ['&__sentinel__', false],
  ])('%s: %s', (patterns, allowed) => {
    const gathered = healthyGathered();
    nodeOf(gathered, 1).channels = { ok: true, value: patterns };
    expect(aclChannel.live(gathered)).toMatchObject(allowed ? [] : [{ subject: 'redis-1' }]);
  });
});

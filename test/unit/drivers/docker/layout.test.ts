import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/drivers/docker/engine/engine.js';
import { endpointHost, layOut } from '../../../../src/drivers/docker/layout.js';
import { readSettings } from '../../../../src/drivers/docker/settings.js';
import { DEFAULT_SPEC } from '../../../../src/model/spec.js';

/** An engine that must not be asked: what is refused here is refused before that. */
const at = (remoteHost: string | null): Engine =>
  ({ target: { shown: `tcp://${remoteHost}`, remoteHost } }) as unknown as Engine;
const OWN = { cluster: 'c', dir: '/none/clusters/c' };
const FACTS = { version: '1', os: 'linux', arch: 'x86_64', desktop: false };

describe('layOut', () => {
  it('refuses to publish where this machine can’t reach it', async () => {
    const settings = readSettings({});
    await expect(layOut(at('build'), FACTS, OWN, settings, DEFAULT_SPEC, [])).rejects.toMatchObject({
      code: 'publish-unreachable',
      exitCode: 3,
      hint: expect.stringContaining('--publish'),
    });
  });

  it.each([
    [at('build'), FACTS],
    [at(null), { ...FACTS, desktop: true }],
  ])('refuses the host network of another machine (%#)', async (engine, facts) => {
    const settings = readSettings({ network: 'host' });
    await expect(layOut(engine, facts, OWN, settings, DEFAULT_SPEC, [])).rejects.toMatchObject({
      code: 'no-host-network',
      exitCode: 3,
    });
  });
});

describe('endpointHost', () => {
  it.each([
    [null, {}, '127.0.0.1'],
    [null, { publish: '0.0.0.0' }, '127.0.0.1'],
    [null, { publish: '::' }, '::1'],
    [null, { publish: '192.168.1.5' }, '192.168.1.5'],
    ['build', { publish: '0.0.0.0' }, 'build'],
    [null, { network: 'host', publish: '192.168.1.5' }, '127.0.0.1'],
  ])('on %s with %o is %s', (remoteHost, raw, host) => {
    expect(endpointHost(at(remoteHost), readSettings(raw as Record<string, string>))).toBe(host);
  });
});

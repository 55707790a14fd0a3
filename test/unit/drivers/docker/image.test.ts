import { describe, expect, it } from 'vitest';
import { ownerOf, serverOf } from '../../../../src/drivers/docker/image/image.js';
import { readSettings } from '../../../../src/drivers/docker/settings.js';

describe('an image', () => {
  it.each([
    [{ Cmd: ['redis-server'], Env: ['REDIS_VERSION=8.2'] }, 'redis-server'],
    [{ Cmd: ['valkey-server'], Env: ['VALKEY_VERSION=8.1'] }, 'valkey-server'],
    [{ Cmd: ['/run.sh'], Entrypoint: ['/opt/valkey/entry.sh'], Env: [] }, 'valkey-server'],
    [{ Cmd: ['sh'], Env: ['VALKEY_VERSION=8.1'] }, 'valkey-server'],
    [{ Cmd: [], Env: [] }, 'redis-server'],
  ])('of %o is run as %s', (config, server) => {
    expect(serverOf(config)).toBe(server);
  });

  it('never runs as root, and keeps a user of its own', () => {
    expect(ownerOf('')).toEqual({ uid: 999, gid: 999 });
    expect(ownerOf('root')).toEqual({ uid: 999, gid: 999 });
    expect(ownerOf('0:0')).toEqual({ uid: 999, gid: 999 });
    expect(ownerOf('1001')).toEqual({ uid: 1001, gid: 1001 });
    expect(ownerOf('1001:0')).toEqual({ uid: 1001, gid: 0 });
  });

  it.each([
    'redis',
    'redis:8',
    'valkey/valkey:8.1-alpine',
    'localhost:5000/a/b:c',
    `redis@sha256:${'a'.repeat(64)}`,
  ])('may be called %s', (image) => {
    expect(readSettings({ image }).image).toBe(image);
  });

  it.each(['NOT/an image', '../containers', 'redis:', 'redis?x=1', '-x', 'é', 'a'.repeat(300)])(
    'may not be called %s',
    (image) => {
      expect(() => readSettings({ image })).toThrow(
        expect.objectContaining({ code: 'bad-image', exitCode: 64 }),
      );
    },
  );
});

describe('settings', () => {
  it.each([[{ network: 'overlay' }], [{ publish: 'localhost' }], [{ publish: '1.2.3' }]])(
    '%o is a usage error',
    (raw) => {
      expect(() => readSettings(raw as Record<string, string>)).toThrow(
        expect.objectContaining({ exitCode: 64 }),
      );
    },
  );
});

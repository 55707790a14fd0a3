import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, execPath, platform } from 'node:process';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/drivers/docker/engine/engine.js';
import {
  elfMachine,
  findHostBinary,
  librariesOf,
  parseLdd,
  sameMachine,
} from '../../../../src/drivers/docker/image/host-binary.js';
import { ensureHostImage } from '../../../../src/drivers/docker/image/host-image.js';
import { tempDir } from '../../../helpers/temp-dir.js';

describe('this machine’s binary', () => {
  it('needs what ldd names, under every path that it is named by', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007ffd)',
      '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f0a)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007f0b)',
      '\t/lib/ld.so.1 => /usr/lib/ld.so.1 (0x00007f0c)',
      '\tlibgone.so.1 => not found',
    ].join('\n');
    expect(parseLdd(output)).toEqual({
      paths: [
        '/lib/x86_64-linux-gnu/libm.so.6',
        '/lib64/ld-linux-x86-64.so.2',
        '/lib/ld.so.1',
        '/usr/lib/ld.so.1',
      ],
      missing: ['libgone.so.1'],
    });
  });

  it('says by its head which processor it is for, and whether it is for Linux at all', () => {
    const elf = (order: number, a: number, b: number): Buffer =>
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, order, ...Array<number>(12).fill(0), a, b]);
    expect(elfMachine(elf(1, 62, 0))).toBe('x86_64');
    expect(elfMachine(elf(1, 183, 0))).toBe('aarch64');
    expect(elfMachine(elf(2, 0, 22))).toBe('s390x');
    expect(elfMachine(Buffer.from([0xcf, 0xfa, 0xed, 0xfe]))).toBeUndefined();
    expect(elfMachine(Buffer.from('#!/bin/sh'))).toBeUndefined();
    expect(elfMachine(Buffer.alloc(0))).toBeUndefined();
    expect(sameMachine('amd64', 'x86_64')).toBe(true);
    expect(sameMachine('aarch64', 'x86_64')).toBe(false);
  });
});

describe('findHostBinary', () => {
  it('says what to install where there is no server', async () => {
    await expect(findHostBinary('', { PATH: '/nonexistent' })).rejects.toMatchObject({
      code: 'host-image-binary',
      exitCode: 5,
      hint: expect.stringContaining('apt-get install redis-server'),
    });
  });

  it('takes the path asked for, else the environment’s, else PATH', async () => {
    const env = { PATH: await tempDir(), SENTINELCTL_REDIS_SERVER: '/nonexistent/from-env' };
    await expect(findHostBinary('/nonexistent/asked', env)).rejects.toThrow('/nonexistent/asked');
    await expect(findHostBinary('', env)).rejects.toThrow('/nonexistent/from-env');
  });

  it('refuses what is not a Linux binary', async () => {
    const path = join(await tempDir(), 'redis-server');
    await writeFile(path, '#!/bin/sh\necho Redis server v=7.0.15\n', { mode: 0o755 });
    await expect(findHostBinary(path, {})).rejects.toMatchObject({ code: 'host-image-not-linux' });
  });

  it.runIf(platform === 'linux')(
    'refuses a binary that is not Redis, and knows the one in PATH',
    async () => {
      await expect(findHostBinary(execPath, {})).rejects.toMatchObject({
        code: 'host-image-binary',
        message: expect.stringContaining('neither a Redis nor a Valkey server'),
      });
      const found = await findHostBinary('', { PATH: env.PATH });
      expect(found).toMatchObject({
        name: expect.stringMatching(/^(redis|valkey)-server$/),
        version: expect.stringMatching(/^\d/),
      });
      const libraries = await librariesOf(found.path);
      expect(libraries.every(({ path, content }) => path.startsWith('/') && content.length > 0)).toBe(true);
    },
  );

  it.runIf(platform === 'linux')(
    'is refused for an engine on another kind of processor, before the engine is asked',
    async () => {
      const facts = { version: '1', os: 'linux', arch: 'pdp11', desktop: false };
      const neverAsked = {} as Engine;
      await expect(ensureHostImage(neverAsked, facts, '', env, () => {})).rejects.toMatchObject({
        code: 'host-image-arch',
        message: expect.stringContaining('pdp11'),
      });
    },
  );
});

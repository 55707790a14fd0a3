import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { packConf, unpackFirst } from '../../../../src/drivers/docker/containers/files.js';

describe('a configuration', () => {
  it('comes out of an archive as it went in', async () => {
    const conf = `# ünïcode\nrequirepass "x y"\n${'#'.repeat(20_000)}\n`;
    const packed = await packConf('redis.conf', conf, { uid: 999, gid: 999 }, 'data');
    expect(await unpackFirst(Readable.from([packed]))).toBe(conf);
  });
});

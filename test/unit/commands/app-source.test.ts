import { describe, expect, it } from 'vitest';
import { appSource, parseApp } from '../../../commands/shared/app-source.js';

describe('--app', () => {
  it('takes a container', () => expect(parseApp('container:web-1')).toEqual({ container: 'web-1' }));

  it.each(['web', 'container:', ''])('takes nothing else: %j', (text) =>
    expect(() => parseApp(text)).toThrowError(expect.objectContaining({ code: 'bad-app', exitCode: 64 })),
  );

  it('without one means the settings of this shell', async () => {
    const env = { REDIS_URL: 'redis://x' };
    expect(await appSource({ env }, true, null)).toMatchObject({ where: 'this shell', env });
  });
});

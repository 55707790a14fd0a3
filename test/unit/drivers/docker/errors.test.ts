import { describe, expect, it } from 'vitest';
import { startError } from '../../../../src/drivers/docker/containers/life.js';
import type { EngineTarget } from '../../../../src/drivers/docker/engine/engine-target.js';
import { engineError } from '../../../../src/drivers/docker/engine/errors.js';

const TARGET: EngineTarget = {
  engine: 'unix:///',
  shown: 'unix:///',
  socketPath: '/',
  tcp: null,
  tls: null,
  remoteHost: null,
};

describe('errors', () => {
  const answered = (statusCode: number, words: string): Error =>
    Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${words} `), { statusCode });

  it('keep the engine’s words and lose the library’s', () => {
    expect(engineError(answered(500, 'disk full'), TARGET, 'start redis-1')).toMatchObject({
      code: 'engine-refused',
      message: 'the Docker Engine could not start redis-1',
      why: 'disk full',
    });
  });

  it('name the group that may use a socket', () => {
    const denied = Object.assign(new Error('connect EACCES /'), { code: 'EACCES' });
    expect(engineError(denied, TARGET, 'list')).toMatchObject({
      code: 'engine-unreachable',
      exitCode: 5,
      message: expect.stringContaining('the group root may use it'),
      hint: expect.stringContaining('usermod'),
    });
  });

  it.each([
    ['Error starting userland proxy: listen tcp4 127.0.0.1:6379: bind: address already in use', 'port-taken'],
    ['Bind for 0.0.0.0:6379 failed: port is already allocated', 'port-taken'],
    ['Address already in use', 'address-taken'],
    ['OCI runtime create failed: exec: "redis-server": executable file not found in $PATH', 'image-unfit'],
    ['something else', 'engine-refused'],
  ])('at a start: "%s" is %s', (words, code) => {
    expect(startError(answered(500, words), TARGET, 'redis-1')).toMatchObject({
      code,
      hint: code === 'engine-refused' ? undefined : expect.any(String),
    });
  });
});

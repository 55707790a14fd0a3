import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../../src/drivers/process/node-files.js';
import { serverConf } from '../../../../src/drivers/process/ownership.js';

const CONF = '/home/a b/clusters/c/nodes/redis-1/redis.conf';

describe('serverConf', () => {
  it.each([
    [`/usr/bin/redis-server ${CONF}`],
    [`valkey-server ${CONF} --sentinel`],
    [`/bin/sh /shims/redis-server ${CONF}`],
    [`/opt/my-redis ${CONF}`],
  ])('knows the server in: %s', (command) => {
    expect(serverConf(command, CONF, '/opt/my-redis')).toBe(CONF);
  });

  it.each([
    [`vim ${CONF}`],
    [`tail -f ${CONF}`],
    [`redis-server /elsewhere${CONF}`],
    [`redis-server`],
    [`grep redis-server -e ${CONF}`],
    [`redis-server /x.conf ${CONF}`],
    [''],
  ])('takes nothing else for the server: %s', (command) => {
    expect(serverConf(command, CONF, '/opt/my-redis')).toBeUndefined();
  });

  it('does not take the server of redis-10 for that of redis-1, but finds both below their directory', () => {
    const command = `redis-server ${CONF.replace('redis-1', 'redis-10')}`;
    expect(serverConf(command, CONF, undefined)).toBeUndefined();
    expect(serverConf(command, '/home/a b/clusters/c/nodes/', undefined)).toContain('redis-10');
    expect(serverConf(`redis-server ${CONF}.bak`, CONF, undefined)).not.toBe(CONF);
  });
});

describe('nodeFiles', () => {
  it.each(['..', '../../x', 'redis-1/..', '', 'redis-', 'mongo-1', 'redis-1\n'])('has none for %j', (id) => {
    expect(() => nodeFiles('/c', id)).toThrow(expect.objectContaining({ code: 'no-such-node' }));
  });

  it('keeps each node in a directory of its own', () => {
    expect(nodeFiles('/c', 'sentinel-2')).toMatchObject({
      kind: 'sentinel',
      conf: '/c/nodes/sentinel-2/sentinel.conf',
    });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { askNode } from '../../../src/wire/ask.js';
import { gatherNode } from '../../../src/wire/gather-node.js';
import { gatherPeerRights } from '../../../src/wire/gather-rights.js';
import { gatherSentinel } from '../../../src/wire/gather-sentinel.js';
import { array, bulk, type FakeServer, fakeServer, replies } from '../../helpers/fake-server.js';

const asking = { clock: systemClock, deadlineMs: 5000, credentials: {} };
const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answers: Parameters<typeof replies>[0]): Promise<FakeServer> {
  const server = await fakeServer(replies({ PING: '+PONG\r\n', ...answers }));
  servers.push(server);
  return server;
}

/** Redis 6 has no DRYRUN. */
const NO_DRYRUN = "-ERR Unknown subcommand or wrong number of arguments for 'DRYRUN'. Try ACL HELP.\r\n";
const DENIED = '-NOPERM this user has no permissions to run this command\r\n';
const rules = (commands: string, ...more: string[]): string =>
  array(bulk('flags'), array(bulk('on')), bulk('commands'), bulk(commands), ...more);

describe('what a user may run where there is no ACL DRYRUN', () => {
  const ask = async (user: string, answers: Parameters<typeof replies>[0]) => {
    const { address } = await serve(answers);
    const rights = await gatherPeerRights(address, [user], asking);
    return rights[user];
  };
  const ALL = { ping: 'OK', 'sentinel is-master-down-by-addr': 'OK', publish: 'OK' };

  it('is told by its rules', async () => {
    const allowed = await ask('peer', { 'ACL DRYRUN': NO_DRYRUN, 'ACL GETUSER': rules('+@all') });
    expect(allowed).toEqual({ ok: true, value: ALL });
    const short = { 'ACL DRYRUN': NO_DRYRUN, 'ACL GETUSER': rules('-@all +ping +info +publish') };
    expect(await ask('peer', short)).toEqual({
      ok: true,
      value: {
        ...ALL,
        'sentinel is-master-down-by-addr': 'the rules -@all +ping +info +publish do not allow it',
      },
    });
  });

  it('is told by them too where the server does not let us try', async () => {
    const allowed = await ask('peer', { 'ACL DRYRUN': DENIED, 'ACL GETUSER': rules('+@all') });
    expect(allowed).toEqual({ ok: true, value: ALL });
  });

  it.each([
    ['a category decides', { 'ACL DRYRUN': NO_DRYRUN, 'ACL GETUSER': rules('+@all -@dangerous') }],
    [
      'the user has selectors',
      { 'ACL DRYRUN': DENIED, 'ACL GETUSER': rules('-@all', bulk('selectors'), array(array())) },
    ],
    ['neither is answered', { 'ACL DRYRUN': DENIED, 'ACL GETUSER': DENIED }],
  ])('is not known where %s', async (_, answers) => {
    expect(await ask('peer', answers)).toMatchObject({ ok: false });
  });

  it('is all of it for the default user of a server before ACLs, and of no other', async () => {
    expect(await ask('default', {})).toEqual({ ok: true, value: ALL });
    expect(await ask('peer', {})).toMatchObject({ ok: false });
  });

  it('is nothing for a user that does not exist', async () => {
    const none = await ask('peer', { 'ACL DRYRUN': NO_DRYRUN, 'ACL GETUSER': '*-1\r\n' });
    expect(none).toEqual({ ok: false, why: 'has no such user' });
  });
});

it('a role that ROLE does not tell is that of INFO', async () => {
  const info = bulk(
    'redis_version:7.4.0\r\nrole:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:up\r\nslave_repl_offset:7\r\n',
  );
  const { address } = await serve({ INFO: info, ROLE: array(bulk('slave'), bulk('10.0.0.1')) });
  const node = await gatherNode({ id: 'n', announce: address, endpoint: address }, asking);
  const follows = { host: '10.0.0.1', port: 6379 };
  expect(node.role).toEqual({ ok: true, value: { role: 'replica', follows, link: 'connected', offset: 7 } });
});

it('a server that disconnects every client, as Sentinel makes it do at a promotion, is asked once more', async () => {
  let connections = 0;
  const answering = replies({ PING: '+PONG\r\n', INFO: bulk('redis_version:7.4.0\r\nrole:master\r\n') });
  const server = await fakeServer((socket) => {
    connections++;
    if (connections % 2 === 1) socket.once('data', () => socket.destroy());
    else answering(socket);
  });
  servers.push(server);
  const { address } = server;
  const node = await gatherNode({ id: 'n', announce: address, endpoint: address }, asking);
  expect(node).toMatchObject({ silence: null, info: { ok: true, value: { role: 'master' } } });
  expect(await askNode(address, asking)).toMatchObject({ answer: { role: 'master' }, silence: null });
});

it('CKQUORUM that this user may not run is not the answer NOQUORUM', async () => {
  const { address } = await serve({
    'SENTINEL MASTERS': array(array(bulk('name'), bulk('mymaster'))),
    'SENTINEL CKQUORUM': DENIED,
  });
  const server = { id: 's', announce: address, endpoint: address };
  const { masters } = await gatherSentinel(server, { ...asking, masterName: null, flush: 'not asked' });
  expect(masters).toMatchObject({
    ok: true,
    value: [{ ckquorum: { ok: false, why: expect.stringMatching(/^NOPERM/) } }],
  });
});

it('of a server that denies everything, INFO is named, which a status asks for', async () => {
  const denying = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, words) =>
        `-NOPERM this user has no permissions to run the '${String(words).toLowerCase()}' command\r\n`,
    },
  );
  const server = await fakeServer(replies(denying));
  servers.push(server);
  const { address } = server;
  const silence = { kind: 'auth', message: expect.stringMatching(/ to run the 'info\b/) };
  const asked = { id: 'n', announce: address, endpoint: address };
  expect(await gatherNode(asked, asking)).toMatchObject({ silence });
  expect(await gatherSentinel(asked, { ...asking, masterName: null, flush: 'not asked' })).toMatchObject({
    silence,
  });
});

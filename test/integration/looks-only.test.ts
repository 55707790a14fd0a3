import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { systemClock } from '../../src/clock.js';
import type { NodePlan } from '../../src/model/plan.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';

const LONG_MS = 600_000;

let cli: Cli;
/** The same cluster, as one that sentinelctl did not start. */
let other: Cli;
let nodes: NodePlan[];
/** What each data node was sent by clients that came after this began, one line a command: `config get *`. */
const atNodes: string[] = [];
/** The same of the sentinels, through relays in front of them. */
const atSentinels: string[] = [];
const closing: (() => void)[] = [];
let relays: string;

beforeAll(async () => {
  cli = await openCli();
  other = await openCli();
  // No failover and no reconnection of the sentinels meanwhile, however slow the machine is.
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '10m']);
  expect(up.code, up.stderr).toBe(0);
  nodes = await nodesOf(cli);
  const data = nodes.filter((n) => n.kind === 'redis');
  const sentinels = nodes.filter((n) => n.kind === 'sentinel');
  await Promise.all(data.map(monitor));
  relays = (await Promise.all(sentinels.map(relay))).join(',');
  const known = sentinels.map(({ endpoint }) => `127.0.0.1:${endpoint.port}`).join(',');
  const attached = await other.run(['attach', 'attached', '--sentinel-addrs', known, '--local']);
  expect(attached.code, attached.stderr).toBe(0);
}, LONG_MS);
afterAll(async () => {
  for (const close of closing) close();
  await other?.close();
  await cli?.close();
});

/** Listens with MONITOR, which shows each command with its client; the ones that are connected now are Redis's own. */
async function monitor(node: NodePlan): Promise<void> {
  const clients = String(await ask(node, ['CLIENT', 'LIST']));
  const before = new Set([...clients.matchAll(/ addr=(\S+)/g)].map((m) => m[1]));
  const socket = connect(node.endpoint.port, node.endpoint.host);
  closing.push(() => socket.destroy());
  let rest = '';
  const listens = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '+OK') resolve();
        const [, client, words] = /^\+[\d.]+ \[\d+ (\S+)\] (.*)$/.exec(line) ?? [];
        if (words === undefined || before.has(client)) continue;
        atNodes.push(
          [...words.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
            .map((m) => m[1])
            .join(' ')
            .toLowerCase(),
        );
      }
    });
  });
  socket.write('MONITOR\r\n');
  await listens;
}

/** A port that passes everything on to a sentinel and writes down what it is sent: Sentinel has no MONITOR. */
async function relay(node: NodePlan): Promise<string> {
  const server: Server = createServer((client: Socket) => {
    const upstream = connect(node.endpoint.port, node.endpoint.host);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    closing.push(end);
    for (const socket of [client, upstream]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    let sent = '';
    client.on('data', (chunk: Buffer) => {
      sent += chunk.toString('latin1');
      for (;;) {
        const command = firstCommand(sent);
        if (command === null) break;
        atSentinels.push(command.words.join(' ').toLowerCase());
        sent = sent.slice(command.length);
      }
      upstream.write(chunk);
    });
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return `127.0.0.1:${address.port}`;
}

/** `*2\r\n$4\r\nINFO\r\n…`: the first command of what was sent, once it is there as a whole. */
function firstCommand(sent: string): { words: string[]; length: number } | null {
  const head = /^\*(\d+)\r\n/.exec(sent);
  if (head === null) return null;
  let at = head[0].length;
  const words: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(sent.slice(at));
    if (size === null) return null;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (sent.length < end + 2) return null;
    words.push(sent.slice(at, end));
    at = end + 2;
  }
  return { words, length: at };
}

/** Commands that change nothing: what is not here is a finding of this test. */
const READS =
  /^(ping|echo|info|role|time|hello|quit|auth|config get|client (list|id|info|setname|setinfo)|latency latest|slowlog get|acl (whoami|dryrun|getuser|list|log|cat)|command|lastsave|dbsize|memory)\b/;
const SENTINEL_READS =
  /^(p?(un)?subscribe|sentinel (myid|masters?|replicas|slaves|sentinels|ckquorum|get-master-addr-by-name|pending-scripts|config get|info-cache|is-master-down-by-addr)\b|sentinel debug$)/;
/** It has a sentinel write its file as it is: the only proof that it can. */
const FLUSH = 'sentinel flushconfig';

/** Waits until everything that was sent before is written down: MONITOR shows a command after it was answered. */
async function allHeard(): Promise<void> {
  const mark = `heard-${marks++}`;
  const isHeard = ({ id }: NodePlan): boolean => atNodes.includes(`echo ${mark}-${id}`);
  const data = nodes.filter((n) => n.kind === 'redis');
  // A connection may get the port of one that Redis had when this began, and is not listened to: the next one gets another.
  const heard = await until(
    async () => {
      const left = data.filter((node) => !isHeard(node));
      await Promise.all(left.map((node) => ask(node, ['ECHO', `${mark}-${node.id}`])));
      return data.every(isHeard) ? true : undefined;
    },
    { clock: systemClock, everyMs: 100, deadlineMs: 30_000 },
  );
  expect(heard, `every MONITOR shows ${mark}`).toBe(true);
}
let marks = 0;

const written = (): string[] => [
  ...atNodes.filter((words) => !READS.test(words) || words.startsWith('memory purge')),
  ...atSentinels.filter((words) => !READS.test(words) && !SENTINEL_READS.test(words) && words !== FLUSH),
];

/** Commands that act: every other one of the registry is played here, also one that is new. */
const ACTS = [
  ...['up', 'down', 'kill', 'stop', 'start', 'restart', 'pause', 'resume', 'inject', 'heal', 'recover'],
  ...['failover-test', 'quorum-test', 'sweep', 'switchover'],
];
/** How a command is typed so that it only looks, where its name alone is not enough. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  attach: ['attach again --sentinel-addrs RELAYS', 'attach again --print-acl'],
  call: ['call INFO', 'call CONFIG GET maxmemory', 'call SENTINEL MASTERS'],
  chaos: ['chaos list', 'chaos show kill', 'chaos run kill --dry-run'],
  completion: ['completion bash'],
  // What it forgets is a file of this machine.
  detach: ['detach again'],
  doctor: ['doctor', 'doctor --watch-for 1s', 'doctor --fix --dry-run'],
  faults: ['faults', 'faults kill', 'faults --possible'],
  inject: ['inject kill --dry-run', 'inject pause-writes --dry-run'],
  logs: ['logs redis-1 --tail 5'],
  report: [],
  status: ['status', 'status --watch=200ms --timeout 6s'],
};
/** They ask no server, or not about one cluster. */
const ANYWHERE = /^(attach|audit|chaos|completion|detach|explain|faults$|faults kill|history|list|use)\b/;
const ASKS_NODES = /^(status|doctor|wait|topology|crosscheck|call INFO|inject|faults --possible)/;

/** They need a way to the processes, which addresses alone are not. */
const NEEDS_WAY = /^(config|logs|inject|faults|doctor --fix)\b/;

/** Whose cluster it is, and how it is named. */
const waysFor = (line: string): string[][] =>
  ANYWHERE.test(line)
    ? [['attached']]
    : [
        ['own', '--cluster', 'default'],
        ['attached', '--cluster', 'attached'],
        ...(NEEDS_WAY.test(line) ? [] : [['own', '--sentinel-addrs', relays]]),
      ];

const LINES = Object.entries(commands)
  .filter(([name, { hidden }]) => hidden !== true && (!ACTS.includes(name) || name in TYPED))
  .flatMap(([name]) => TYPED[name] ?? [name]);

describe('what only looks sends no command that changes anything', () => {
  it.each(LINES)(
    '%s',
    async (typed) => {
      const line = typed.replace('RELAYS', relays);
      for (const [by, ...more] of waysFor(line)) {
        atNodes.length = 0;
        atSentinels.length = 0;
        const ran = await (by === 'attached' ? other : cli).run([...line.split(' '), ...more]);
        expect(ran.stdout, ran.stderr).not.toBe('');
        expect([3, 64], ran.stderr).not.toContain(ran.code);
        await allHeard();
        // It was heard, so that silence proves something.
        if (ASKS_NODES.test(line))
          expect(atNodes, 'at the data nodes').toContainEqual(expect.stringMatching(/^info/));
        if (more.includes(relays)) expect(atSentinels, 'at the sentinels').not.toEqual([]);
        expect(written()).toEqual([]);
        if (!line.startsWith('doctor')) expect(atSentinels).not.toContain(FLUSH);
      }
    },
    LONG_MS,
  );

  it('hears a command that does', async () => {
    atNodes.length = 0;
    const [node] = nodes;
    if (node === undefined) throw new Error('there is no node');
    await ask(node, ['SET', 'key', 'value']);
    await allHeard();
    expect(written()).toContain('set key value');
  });
});

// Sentinels and data nodes of many masters, all in this one process, that answer what real ones answered to the same
// question: only names, addresses and run ids differ. node fake-masters.mjs NAMES ANSWERING BASE; prints the sentinels'
// ports once it listens, and ends with its standard input. Needs redis-server.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [NAMES, ANSWERING, BASE] = process.argv.slice(2).map(Number);
/** The real servers that are imitated: a master, its replica and three sentinels. */
const REAL = { master: BASE - 10, replica: BASE - 9, sentinels: [BASE - 8, BASE - 7, BASE - 6] };
const SENTINELS = [BASE - 3, BASE - 2, BASE - 1];
const NAME = 'mymaster';
/** Beyond any pid: as servers of other machines they are, and not looked for among the processes of this one. */
const NO_PID = 2 ** 30;

const portOf = (shard, which) => BASE + 2 * shard + which;
const idOf = (text) => createHash('sha1').update(text).digest('hex');

const home = await mkdtemp(join(tmpdir(), 'sentinelctl-fake-'));
const started = [];
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});
const end = async () => {
  await rm(home, { recursive: true, force: true });
  process.exit(0);
};
process.stdin.resume().once('end', end);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);

async function start(name, lines, sentinel = false) {
  const file = join(home, `${name}.conf`);
  await writeFile(file, `${['bind 127.0.0.1', `dir ${home}`, ...lines].join('\n')}\n`);
  started.push(
    spawn('redis-server', [file, ...(sentinel ? ['--sentinel'] : [])], { cwd: home, stdio: 'ignore' }),
  );
}

await start('master', [`port ${REAL.master}`, 'save ""', 'repl-diskless-sync-delay 0']);
await start('replica', [`port ${REAL.replica}`, 'save ""', `replicaof 127.0.0.1 ${REAL.master}`]);
for (const port of REAL.sentinels)
  await start(
    `sentinel-${port}`,
    [
      `port ${port}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${REAL.master} 2`,
      `sentinel down-after-milliseconds ${NAME} 5000`,
    ],
    true,
  );

/** Sends a command on a connection of its own; answers with the reply, parsed, and its bytes. */
function ask(port, words) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(encode(words)));
    let bytes = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      const read = parse(bytes, 0);
      if (read === undefined) return;
      socket.destroy();
      resolve({ value: read.value, bytes });
    });
  });
}

function parse(bytes, at) {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = bytes.toString('latin1', at + 1, end);
  const type = String.fromCharCode(bytes[at]);
  let next = end + 2;
  if (type === '$') {
    const size = Number(line);
    if (size < 0) return { value: null, next };
    if (bytes.length < next + size + 2) return undefined;
    return { value: bytes.toString('utf8', next, next + size), next: next + size + 2 };
  }
  if (type !== '*') return { value: type === ':' ? Number(line) : line, next };
  const items = [];
  for (let i = 0; i < Number(line); i++) {
    const item = parse(bytes, next);
    if (item === undefined) return undefined;
    items.push(item.value);
    next = item.next;
  }
  return { value: items, next };
}

const encode = (value) =>
  Array.isArray(value)
    ? `*${value.length}\r\n${value.map(encode).join('')}`
    : `$${Buffer.byteLength(`${value}`)}\r\n${value}\r\n`;

const settled = async () => {
  const listed = await Promise.all(
    REAL.sentinels.map((port) => ask(port, ['SENTINEL', 'MASTERS']).catch(() => null)),
  );
  const linked = await ask(REAL.replica, ['INFO', 'replication']).catch(() => null);
  if (!linked?.value.includes('master_link_status:up')) return false;
  return listed.every((reply) => {
    const [record] = reply?.value ?? [];
    const value = (name) => record?.[record.indexOf(name) + 1];
    return value('num-slaves') === '1' && value('num-other-sentinels') === '2' && value('flags') === 'master';
  });
};
for (let i = 0; !(await settled()); i++) {
  if (i > 600) throw new Error('the servers that are imitated did not converge');
  await sleep(100);
}
await sleep(1500);

/** Which number stands for which, in the texts of one shard; a shard without a server was never reached. */
function changesOf(shard) {
  return [
    [`:${REAL.master}`, `:${portOf(shard, 0)}`],
    [`:${REAL.replica}`, `:${portOf(shard, 1)}`],
    [`=${REAL.master}`, `=${portOf(shard, 0)}`],
    [`=${REAL.replica}`, `=${portOf(shard, 1)}`],
  ];
}
const ids = {
  master: /run_id:(\w{40})/.exec((await ask(REAL.master, ['INFO'])).value)[1],
  replica: /run_id:(\w{40})/.exec((await ask(REAL.replica, ['INFO'])).value)[1],
};

function textOf(text, shard) {
  let changed = text
    .replaceAll(ids.master, idOf(`master ${shard}`))
    .replaceAll(ids.replica, idOf(`replica ${shard}`))
    .replace(/^process_id:\d+/m, `process_id:${NO_PID}`);
  for (const [from, to] of changesOf(shard)) changed = changed.replaceAll(from, to);
  if (changed === `${REAL.master}`) return `${portOf(shard, 0)}`;
  if (changed === `${REAL.replica}`) return `${portOf(shard, 1)}`;
  return changed;
}
const deepText = (value, shard) =>
  Array.isArray(value)
    ? value.map((item) => deepText(item, shard))
    : typeof value === 'string'
      ? textOf(value, shard)
      : value;

/** What a real server answered, once for each question. */
const asked = new Map();
async function real(port, words) {
  const key = `${port} ${words.join(' ')}`;
  if (!asked.has(key)) asked.set(key, ask(port, words));
  return asked.get(key);
}

const isText = (bytes) => bytes[0] === 0x24 || bytes[0] === 0x2a;

/** Whether an answer has anything in it that is another one for each shard. */
const isOwn = new Map();

async function answerOfNode(shard, which, words) {
  if (words[0].toUpperCase() === 'TIME') return resp([`${Math.floor(Date.now() / 1000)}`, '0']);
  const answered = await real(which === 0 ? REAL.master : REAL.replica, words);
  const { value, bytes } = answered;
  if (!isOwn.has(answered)) {
    const own = [...Object.values(ids), `${REAL.master}`, `${REAL.replica}`, 'process_id:'];
    isOwn.set(answered, isText(bytes) && own.some((text) => bytes.includes(text)));
  }
  return isOwn.get(answered) ? resp(deepText(value, shard)) : bytes;
}

/** As `encode`, with numbers and nulls. */
const resp = (value) =>
  Array.isArray(value)
    ? `*${value.length}\r\n${value.map(resp).join('')}`
    : value === null
      ? '$-1\r\n'
      : typeof value === 'number'
        ? `:${value}\r\n`
        : `$${Buffer.byteLength(value)}\r\n${value}\r\n`;

/** Ports of sentinels are those of this process. */
const withSentinels = (text) => {
  let changed = text;
  for (const [i, port] of REAL.sentinels.entries())
    changed = changed.replaceAll(`${port}`, `${SENTINELS[i]}`);
  return changed;
};

const made = new Map();
async function answerOfSentinel(i, words) {
  const key = `${i} ${words.join(' ')}`;
  if (!made.has(key)) made.set(key, makeAnswer(i, words));
  return made.get(key);
}

async function makeAnswer(i, words) {
  const port = REAL.sentinels[i];
  const [command = '', sub = '', name] = words;
  const what = `${command} ${sub}`.toUpperCase();
  const shard = /^shard-(\d+)$/.test(name ?? '') ? Number(name.slice(6)) - 1 : undefined;
  if (what === 'SENTINEL MASTERS') {
    const { value } = await real(port, ['SENTINEL', 'MASTERS']);
    return resp(Array.from({ length: NAMES }, (_, n) => recordOf(value[0], n)));
  }
  if (shard !== undefined) {
    const { value, bytes } = await real(port, [command, sub, NAME]);
    if (shard >= ANSWERING && what !== 'SENTINEL MASTER') {
      if (what === 'SENTINEL CKQUORUM')
        return '-NOQUORUM 1 usable Sentinels. Not enough available Sentinels\r\n';
      if (what !== 'SENTINEL GET-MASTER-ADDR-BY-NAME') return '*0\r\n';
    }
    if (what === 'SENTINEL MASTER') return resp(recordOf(value, shard));
    if (!Array.isArray(value)) return bytes;
    return withSentinels(resp(deepText(value, shard)).replaceAll(NAME, name));
  }
  const { value, bytes } = await real(port, words);
  if (!isText(bytes)) return bytes;
  if (typeof value === 'string' && command.toUpperCase() === 'INFO') {
    const lines = value.split('\r\n').filter((line) => !/^(master0|sentinel_masters):/.test(line));
    const masters = Array.from(
      { length: NAMES },
      (_, n) =>
        `master${n}:name=shard-${n + 1},status=${n < ANSWERING ? 'ok' : 'sdown'},address=127.0.0.1:${portOf(n, 0)},slaves=1,sentinels=3`,
    );
    const text = [...lines.filter(Boolean), `sentinel_masters:${NAMES}`, ...masters, ''].join('\r\n');
    return resp(withSentinels(text.replace(/^process_id:\d+/m, `process_id:${NO_PID}`)));
  }
  return withSentinels(resp(value));
}

function recordOf(record, shard) {
  const fields = deepText(record, shard);
  const set = (name, value) => {
    const at = fields.indexOf(name);
    if (at >= 0) fields[at + 1] = value;
    else fields.push(name, value);
  };
  set('name', `shard-${shard + 1}`);
  if (shard < ANSWERING) return fields;
  set('flags', 's_down,master,disconnected');
  set('runid', '');
  set('num-slaves', '0');
  set('num-other-sentinels', '0');
  set('s-down-time', '600000');
  set('last-ok-ping-reply', '605000');
  set('last-ping-reply', '605000');
  set('info-refresh', `${Date.now()}`);
  return fields;
}

/** Answers in order. */
function serve(port, answer) {
  return new Promise((resolve, reject) => {
    createServer((socket) => {
      let bytes = Buffer.alloc(0);
      let before = Promise.resolve();
      socket.on('error', () => {});
      socket.on('data', (more) => {
        bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more]);
        for (let read = parse(bytes, 0); read !== undefined; read = parse(bytes, 0)) {
          bytes = bytes.subarray(read.next);
          const reply = answer(read.value);
          before = before.then(async () => socket.write(await reply));
          if (bytes.length === 0) break;
        }
      });
    })
      .once('error', reject)
      .listen({ port, host: '127.0.0.1', backlog: 4096 }, resolve);
  });
}

for (let shard = 0; shard < ANSWERING; shard++)
  for (const which of [0, 1]) await serve(portOf(shard, which), (words) => answerOfNode(shard, which, words));
// What takes this process long is made before anything is measured.
for (const i of SENTINELS.keys()) {
  for (const words of [['INFO'], ['SENTINEL', 'MASTERS']]) await answerOfSentinel(i, words);
  for (let shard = 1; shard <= NAMES; shard++)
    for (const what of ['REPLICAS', 'SENTINELS', 'CKQUORUM', 'GET-MASTER-ADDR-BY-NAME'])
      await answerOfSentinel(i, ['SENTINEL', what, `shard-${shard}`]);
}
for (const [i, port] of SENTINELS.entries()) await serve(port, (words) => answerOfSentinel(i, words));
console.log(SENTINELS.join(' '));

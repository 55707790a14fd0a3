// A writer that shares no code with sentinelctl or ioredis, so that it proves what an application sees: each client writes
// unique keys, one at a time, over a plain socket, and asks the sentinels for the master as soon as its connection ends
// or it is answered with an error (READONLY).
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two writes of one client, and before it asks for the master again, in milliseconds. */
const PACE_MS = 1;
/** A server that does not answer for so long is left, in milliseconds. */
const SILENT_MS = 5000;
/** How many keys are looked up by one command. */
const BATCH = 500;

/** A reply, and where it ends; undefined while it is incomplete. Errors are values. */
function parsed(text, at = 0) {
  const end = text.indexOf('\r\n', at);
  if (end === -1) return undefined;
  const line = text.slice(at + 1, end);
  const next = end + 2;
  if (text[at] === '+') return { value: line, next };
  if (text[at] === '-') return { value: new Error(line), next };
  if (text[at] === ':') return { value: Number(line), next };
  const length = Number(line);
  if (length < 0) return { value: null, next };
  if (text[at] === '$')
    return text.length < next + length + 2
      ? undefined
      : { value: text.slice(next, next + length), next: next + length + 2 };
  const values = [];
  let from = next;
  for (let i = 0; i < length; i++) {
    const item = parsed(text, from);
    if (item === undefined) return undefined;
    values.push(item.value);
    from = item.next;
  }
  return { value: values, next: from };
}

/** One connection, one command at a time. Rejects when the connection ends before the answer, or the answer is an error. */
function open({ host, port }) {
  const socket = connect(port, host);
  socket.setNoDelay(true);
  socket.setEncoding('latin1');
  let text = '';
  let waiting;
  let ended;
  const end = (error) => {
    ended ??= error;
    waiting?.reject(ended);
    waiting = undefined;
    socket.destroy();
  };
  socket.setTimeout(SILENT_MS, () => end(new Error('no answer')));
  socket.on('error', end);
  socket.on('close', () => end(new Error('the connection ended')));
  socket.on('data', (part) => {
    text += part;
    const reply = parsed(text);
    if (reply === undefined) return;
    text = text.slice(reply.next);
    const asked = waiting;
    waiting = undefined;
    if (reply.value instanceof Error) asked?.reject(reply.value);
    else asked?.resolve(reply.value);
  });
  return {
    call: (...words) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting = { resolve, reject };
        const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
        socket.write(`*${words.length}\r\n${parts.join('')}`);
      }),
    close: () => socket.destroy(),
  };
}

/** What one server answers to one command. */
export async function askRaw(address, ...words) {
  const connection = open(address);
  try {
    return await connection.call(...words);
  } finally {
    connection.close();
  }
}

/** The master that the first sentinel that answers names. */
async function masterBy(sentinels, name) {
  for (const sentinel of sentinels) {
    try {
      const [host, port] = await askRaw(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
      return { host, port: Number(port) };
    } catch {
      // The next one is asked.
    }
  }
  throw new Error('no sentinel names a master');
}

/** Starts writing; `stop` answers once every client has ended. */
export function startRawWriter({ sentinels, masterName, clients = 8, prefix = 'raw' }) {
  const acknowledged = [];
  const attempted = [];
  const errors = {};
  let stopped = false;
  const counts = Array.from({ length: clients }, () => 0);
  const gaps = Array.from({ length: clients }, () => 0);

  async function run(client) {
    let connection;
    let lastMs;
    for (let n = 1; !stopped; n++) {
      const key = `${prefix}:${client}:${n}`;
      try {
        connection ??= open(await masterBy(sentinels, masterName));
        attempted.push(key);
        await connection.call('SET', key, n);
        const nowMs = performance.now();
        if (lastMs !== undefined) gaps[client] = Math.max(gaps[client], nowMs - lastMs);
        lastMs = nowMs;
        acknowledged.push(key);
        counts[client] += 1;
      } catch (error) {
        const what = error.message.split(' ')[0] === 'READONLY' ? 'READONLY' : error.message;
        errors[what] = (errors[what] ?? 0) + 1;
        connection?.close();
        connection = undefined;
      }
      await sleep(PACE_MS);
    }
    // A client that was without a master until the end has waited until now.
    if (lastMs !== undefined) gaps[client] = Math.max(gaps[client], performance.now() - lastMs);
    connection?.close();
  }
  const running = Promise.all(counts.map((_, client) => run(client)));
  return {
    /** Resolves once each client has so many more acknowledged writes; false where that takes longer than `withinMs`. */
    async writes(more, withinMs = 60_000) {
      const wanted = counts.map((count) => count + more);
      const untilMs = performance.now() + withinMs;
      while (counts.some((count, client) => count < wanted[client])) {
        if (performance.now() > untilMs) return false;
        await sleep(5);
      }
      return true;
    },
    async stop() {
      stopped = true;
      await running;
      return { acknowledged, attempted, errors, gapMs: Math.max(...gaps) };
    },
  };
}

/** Those of the keys that a server does not have. */
export async function missingKeys(address, keys) {
  const connection = open(address);
  const missing = [];
  try {
    for (let i = 0; i < keys.length; i += BATCH) {
      const batch = keys.slice(i, i + BATCH);
      const values = await connection.call('MGET', ...batch);
      missing.push(...batch.filter((_, at) => values[at] === null));
    }
    return missing;
  } finally {
    connection.close();
  }
}

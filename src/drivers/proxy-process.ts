import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../clock.js';
import { errnoOf, failed, notRestored } from '../errors.js';
import { canonicalPath, makePrivateDirectory, readIfThere, writeAtomically } from '../host/files.js';
import { ownCommand } from '../host/own-command.js';
import { identify, isAlive, type ProcessIdentity } from '../host/process-identity.js';
import { listProcesses } from '../host/process-list.js';
import { goneWithin, signalProcess } from '../host/signal.js';
import { until } from '../until.js';
import type { ProxySettings } from './delay-proxy.js';
import { checkTag } from './links.js';

/** The task of a proxy, as its file holds it. No secrets. */
export interface ProxyTask extends ProxySettings {
  tag: string;
  /** Wall clock, milliseconds since 1970: the proxy ends then at the latest. */
  endsAtMs: number;
}

/** The hidden command that runs a proxy; its one argument is the file. */
const PROXY_COMMAND = '__proxy';
/** What a proxy prints once it listens on every route. */
export const LISTENING = 'listening';
/** A proxy that was not removed ends after this time, in milliseconds. */
const LIFE_MS = 60 * 60 * 1000;
const START_MS = 30_000;
const END_MS = 10_000;

const proxyDirectory = (clusterDir: string): string => join(clusterDir, 'proxies');

/**
 * Starts a proxy as a process of its own session, which outlives this command; returns when it listens on every route.
 * It is identified by its command line, which names the file of this tag. Throws `proxy-not-started` (1).
 */
export async function startProxy(clusterDir: string, tag: string, settings: ProxySettings): Promise<void> {
  const dir = await canonicalPath(proxyDirectory(clusterDir));
  await makePrivateDirectory(dir);
  const path = fileOf(dir, tag);
  const task: ProxyTask = { ...settings, tag: checkTag(tag), endsAtMs: systemClock.wallMs() + LIFE_MS };
  await writeAtomically(path, `${JSON.stringify(task)}\n`, 0o600);
  const log = await open(`${path}.log`, 'w', 0o600);
  try {
    const [program, entry] = ownCommand();
    const child = spawn(program, [entry, PROXY_COMMAND, path], {
      cwd: dir,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: {},
    });
    await once(child, 'spawn');
    child.unref();
    await listening(child.pid ?? 0, path);
  } catch (error) {
    await endProxies(clusterDir, tag);
    throw error;
  } finally {
    await log.close();
  }
}

async function listening(pid: number, path: string): Promise<void> {
  const identity = await identify(pid);
  const said = async (): Promise<string> => (await readIfThere(`${path}.log`)) ?? '';
  const outcome = await until(
    async () => {
      const lives = identity !== undefined && (await isAlive(identity));
      if ((await said()).includes(LISTENING)) return 'listens';
      return lives ? undefined : 'gone';
    },
    { clock: systemClock, everyMs: 20, deadlineMs: START_MS },
  );
  if (outcome === 'listens') return;
  throw failed('proxy-not-started', 'the proxy that delays a node did not start', {
    why: (await said()).trim() || `it did not listen within ${START_MS / 1000} s`,
    hint: 'run it again',
  });
}

/** Ends the proxy of a tag and removes its files. Idempotent. Throws `proxy-stays` (4). */
export async function endProxies(clusterDir: string, tag: string): Promise<void> {
  const path = fileOf(await canonicalPath(proxyDirectory(clusterDir)), tag);
  for (const proxy of await processesOf(path)) {
    await signalProcess(proxy, 'SIGTERM');
    if (await goneWithin(proxy, END_MS)) continue;
    await signalProcess(proxy, 'SIGKILL');
    if (await goneWithin(proxy, END_MS)) continue;
    throw notRestored('proxy-stays', `the proxy with pid ${proxy.pid} still runs after SIGKILL`, {
      hint: `kill -9 ${proxy.pid}`,
    });
  }
  await Promise.all([path, `${path}.log`].map((file) => rm(file, { force: true })));
}

/** The tags of the proxies that were started, running or not. */
export async function proxyTags(clusterDir: string): Promise<string[]> {
  const dir = proxyDirectory(clusterDir);
  const names = await readdir(dir).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readIfThere(join(dir, name))),
  );
  return texts.flatMap((text) => tagIn(text ?? '') ?? []);
}

function tagIn(text: string): string | undefined {
  try {
    const { tag } = JSON.parse(text) as Partial<ProxyTask>;
    return typeof tag === 'string' ? tag : undefined;
  } catch {
    return undefined;
  }
}

const fileOf = (dir: string, tag: string): string =>
  join(dir, `${createHash('sha256').update(checkTag(tag)).digest('hex').slice(0, 16)}.json`);

async function processesOf(path: string): Promise<ProcessIdentity[]> {
  const ours = (command: string): boolean => command.endsWith(` ${PROXY_COMMAND} ${path}`);
  const listed = (await listProcesses()).filter(({ command }) => ours(command));
  const found = await Promise.all(listed.map(({ pid }) => identify(pid)));
  return found.filter((p): p is ProcessIdentity => p !== undefined && ours(p.command));
}

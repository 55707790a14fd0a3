import { posix } from 'node:path';
import { isBitnami } from '../../files/compose/bitnami.js';
import { type Directive, directive, optionDirectives } from '../../files/conf.js';
import { chartStart, isChartScript, type MadeLine } from '../../files/kube/bitnami-chart.js';
import type { FileServer } from '../../files/project.js';
import type { Launching } from './launching.js';
import type { ReadConf } from './read-conf.js';
import { readSegments, usersOf } from './read-segments.js';

/** A server that a start script of Bitnami's charts makes; or why that is not known. */
export type ChartServer =
  | { kind: FileServer['kind']; directives: Directive[]; read: ReadConf; inside: string | null; file: string }
  | { why: string };

const SCRIPT = /\/start-scripts\/start-(node|sentinel)\.sh$/;

/** Reads what such a script makes in a pod; null where it is none. */
export async function chartServer(launching: Launching): Promise<ChartServer | null> {
  const { service, container, env, file } = launching;
  const { pod } = service;
  const words = [...(service.entrypoint?.words ?? []), ...(service.command?.words ?? [])];
  const path = words.find((word) => SCRIPT.test(word));
  if (pod === undefined || path === undefined || !isBitnami(service.image)) return null;
  const read = await container.read(path);
  const name = posix.basename(path);
  if ('why' in read) return { why: `${name} of the chart is not known: ${read.why}` };
  const [first] = read.segments;
  const text = read.segments.map((s) => s.text).join('');
  if (first === undefined || !isChartScript(text)) return null;
  const kind = path.endsWith('-sentinel.sh') ? 'sentinel' : 'redis';
  const where = `${first.file}:${first.line}`;
  const unknown = (why: string): ChartServer => ({
    why: `what ${name} of the chart makes is not known: ${why} (${where})`,
  });
  // Started together, each pod makes itself the master.
  if (pod.firstPod === null || pod.name === null)
    return unknown('which pod makes itself the master depends on which one starts first');
  const start = chartStart(kind, { text, pod: pod.name, firstPod: pod.firstPod, env });
  if ('why' in start) return unknown(start.why);
  const lineOf = ({ words: [word = '', ...args], at }: MadeLine): Directive =>
    directive(word, args, first.file, first.line + at);
  const all: ReadConf = { directives: [], troubles: [], unread: [] };
  const mounted = async (conf: string): Promise<Directive[]> => {
    const inside = `/opt/bitnami/${home(service.image, kind)}/mounted-etc/${conf}`;
    const content = await container.read(inside);
    if ('why' in content) {
      all.unread.push(content.why);
      return [];
    }
    const own = await readSegments(container, inside, content.segments);
    all.troubles.push(...own.troubles);
    all.unread.push(...own.unread);
    return own.directives;
  };
  const options = start.options.map((o) => ({
    o,
    is: optionDirectives(o.words, first.file, first.line + o.at),
  }));
  if (start.kind === 'sentinel') {
    const base = (await mounted('sentinel.conf')).filter(
      (d) => d.args[0] !== 'monitor' || d.name !== 'sentinel',
    );
    const [monitor, ...added] = start.added.map(lineOf);
    const made = [...(monitor ? [monitor] : []), ...base, ...added, ...options.flatMap(({ is }) => is)];
    const inside = `/opt/bitnami/${home(service.image, kind)}/etc/sentinel.conf`;
    return { kind, directives: made, read: all, inside, file: first.file };
  }
  const made: Directive[] = [];
  for (const one of options.flatMap(({ is }) => is)) {
    if (one.name !== 'include') made.push(one);
    else {
      const conf = posix.basename(one.args[0] ?? '');
      made.push(...(await mounted(conf)), ...(start.addedTo.get(conf) ?? []).map(lineOf));
    }
  }
  // The script copies the users beside the configuration before it starts the server.
  const { users, unread } = await usersOf(made, (acl) =>
    container.read(acl.replace('/etc/', '/mounted-etc/')),
  );
  all.unread.push(...unread);
  return { kind, directives: [...made, ...users], read: all, inside: null, file };
}

const home = (image: string | null, kind: FileServer['kind']): string =>
  `${/valkey/i.test(image ?? '') ? 'valkey' : 'redis'}${kind === 'sentinel' ? '-sentinel' : ''}`;

import { mayBeOfficial } from './images.js';
import { interpolate } from './interpolate.js';
import { shellWords } from './words.js';

/** What the last stage of a Dockerfile makes of its base image, as far as it is plain. */
export interface Dockerfile {
  base: string;
  env: Map<string, { value: string; line: number }>;
  /** What is copied out of the build's context. */
  copies: { from: string; to: string; line: number }[];
  entrypoint: { words: string[]; line: number } | null;
  command: { words: string[]; line: number } | null;
  /** Where its commands run; null where that is the base image's. */
  directory: string | null;
  /** What runs while the image is built. */
  runs: { text: string; line: number }[];
}

/** Reads a Dockerfile (docs.docker.com, Dockerfile reference): its last stage, with the defaults of its arguments. Pure. */
export function parseDockerfile(text: string): Dockerfile | null {
  let stage: Dockerfile | null = null;
  const stages = new Map<string, Dockerfile>();
  let workdir = '/';
  const args = new Map<string, string>();
  for (const { name, rest, line } of instructions(text)) {
    const lookup = (variable: string): string | undefined =>
      stage?.env.get(variable)?.value ?? args.get(variable);
    // What a shell runs later keeps its variables.
    const value = /^(RUN|CMD|ENTRYPOINT)$/.test(name) ? rest : interpolate(rest, lookup, () => '');
    if (name === 'ARG') {
      const [, variable = '', preset = ''] = /^(\w+)(?:=(.*))?$/.exec(value.trim()) ?? [];
      args.set(variable, preset.replace(/^(["'])(.*)\1$/, '$2'));
    } else if (name === 'FROM') {
      const [base = '', , name] = value.split(/\s+/).filter((word) => !word.startsWith('--'));
      stage = stageFrom(base, stages);
      if (name !== undefined) stages.set(name.toLowerCase(), stage);
      workdir = stage.directory ?? homeOf(stage.base);
    } else if (stage !== null) {
      if (name === 'ENV') for (const [key, set] of pairsIn(value)) stage.env.set(key, { value: set, line });
      else if (name === 'WORKDIR') {
        workdir = absolute(workdir, value.trim());
        stage.directory = workdir;
      } else if (name === 'COPY' || name === 'ADD') stage.copies.push(...copiesIn(value, workdir, line));
      else if (name === 'ENTRYPOINT') stage.entrypoint = { words: commandIn(value), line };
      else if (name === 'CMD') stage.command = { words: commandIn(value), line };
      else if (name === 'RUN') stage.runs.push({ text: rest, line });
    }
  }
  return stage;
}

/** A new stage, which has what an earlier one of the name made. */
function stageFrom(base: string, stages: ReadonlyMap<string, Dockerfile>): Dockerfile {
  const from = stages.get(base.toLowerCase());
  return from === undefined
    ? { base, env: new Map(), copies: [], entrypoint: null, command: null, directory: null, runs: [] }
    : { ...from, env: new Map(from.env), copies: [...from.copies], runs: [...from.runs] };
}

/** The directory of an image, where no WORKDIR names another: `/data` of the official ones, the root by default. */
export const homeOf = (image: string | null): string => (mayBeOfficial(image) ? '/data' : '/');

function instructions(text: string): { name: string; rest: string; line: number }[] {
  const found: { name: string; rest: string; line: number }[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const first = i + 1;
    let whole = lines[i] ?? '';
    if (/^\s*(#|$)/.test(whole)) continue;
    while (/\\\s*$/.test(whole) && i + 1 < lines.length)
      whole = whole.replace(/\\\s*$/, '\n') + (lines[++i] ?? '');
    const match = /^\s*([A-Za-z]+)\s+([\s\S]*)$/.exec(whole);
    if (match !== null)
      found.push({ name: (match[1] ?? '').toUpperCase(), rest: match[2] ?? '', line: first });
  }
  return found;
}

/** `ENV A=1 B=2`, or `ENV A 1`. */
function pairsIn(value: string): [string, string][] {
  const words = shellWords(value);
  if (words.every((word) => word.includes('='))) {
    return words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  }
  const [key = '', ...rest] = words;
  return [[key, rest.join(' ')]];
}

function copiesIn(value: string, workdir: string, line: number): Dockerfile['copies'] {
  const list = jsonList(value) ?? shellWords(value);
  // What comes out of another stage is not in the context.
  if (list.some((word) => word.startsWith('--from'))) return [];
  const words = list.filter((word) => !word.startsWith('--'));
  const target = words.at(-1) ?? '';
  return words.slice(0, -1).map((from) => ({ from, to: absolute(workdir, target), line }));
}

const absolute = (workdir: string, path: string): string =>
  path.startsWith('/') ? path : `${workdir.replace(/\/$/, '')}/${path.replace(/^(\.\/)+|^\.$/, '')}`;

/** A list is taken as it is; a text is what a shell runs. */
const commandIn = (value: string): string[] => jsonList(value) ?? ['sh', '-c', value.trim()];

function jsonList(value: string): string[] | undefined {
  if (!value.trim().startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}

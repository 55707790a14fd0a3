import { majorityOf } from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { startsServer } from '../files/compose/starts-server.js';
import type { Directive } from '../files/conf.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { mountAt } from '../files/paths.js';
import type { FileServer } from '../files/project.js';
import { place } from '../files/settings.js';
import { changeFile, withoutLines } from '../fixes.js';
import { judged, num, readAll } from '../group.js';

const SCRIPTS = ['notification-script', 'client-reconfig-script'] as const;

/** What this machine does not show of another one: it may have interpreters, and rights, that this one lacks. */
const UNKNOWN_IN_FILES: Readonly<Record<string, string>> = {
  unread: 'cannot be read here',
  'interpreter missing': 'names an interpreter in its first line that does not exist here',
};

export default {
  id: 'script-bad',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'starts',
  title: 'a script that Sentinel calls fails or is missing',
  consequence:
    'notifications are not sent, or clients are not repointed after a failover; a failing script is retried 10 times, over more than 4 hours',
  explanation:
    'Sentinel checks a script’s path when it is set and never again. A script that was removed later ends ' +
    'with code 2, which is not retried; one that ends with 1 is retried after 30 s, 60 s and so on. The only ' +
    'sign of a failure is the event -script-error, and its line in the log.',
  remedy: [
    'restore the script, executable for the user that the sentinel runs as, with a first line like #!/bin/sh that ends in LF',
    'or delete its line from the sentinel’s file and restart the sentinel: sentinel deny-scripts-reconfig is on by default',
  ],
  sources: ['sentinel.c: sentinelRunPendingScripts, sentinelCollectTerminatedScripts'],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.masters);
    if (values.length === 0) return silentSentinels(gathered);
    const unchecked: string[] = [];
    const seen = values.flatMap(({ server: sentinel, value }): RawFinding[] => {
      const set = value.flatMap((m) =>
        SCRIPTS.flatMap((kind) => (m.fields[kind] ? [{ name: m.name, kind, path: m.fields[kind] }] : [])),
      );
      if (set.length === 0) return [];
      const waiting = sentinel.info.ok ? waitingIn(sentinel.info.value) : null;
      const errors = (gathered.watched?.events ?? []).filter(
        (e) => e.sentinel === sentinel.id && /^-script-(error|timeout)$/.test(e.name),
      );
      const stateOf = (path: string): string =>
        (sentinel.scripts?.ok && sentinel.scripts.value[path]) || 'unread';
      const failures = (sentinel.scriptFailures ?? []).filter(({ path }) => stateOf(path) === 'ok');
      const bad = set.filter(({ path }) => !['ok', 'unread'].includes(stateOf(path)));
      if (set.some(({ path }) => stateOf(path) === 'unread')) {
        unchecked.push(
          `${sentinel.id}: its scripts cannot be checked from here${gathered.watched === null ? '; needs --watch-for 5s' : ''}`,
        );
      }
      const found = [
        ...bad.map(({ path }) => `${path} ${wordsOf(stateOf(path))}`),
        ...(waiting !== null && waiting > 0 ? [`${waiting} scripts failed and wait for a retry`] : []),
        ...errors.map((e) => `${e.name} ${e.text}`),
        ...failures.map(
          ({ path, times, last }) =>
            `${path} failed ${times === 1 ? 'once' : `${times} times`} by its log, the last time ${last}`,
        ),
      ];
      if (found.length === 0) return [];
      // By default a script cannot be set at run time: sentinel deny-scripts-reconfig.
      const fixOf = ({ name, kind, path }: (typeof set)[0]): string[] =>
        stateOf(path) === 'missing'
          ? changeFile(gathered, sentinel, [withoutLines(`^sentinel ${kind} ${name} `)])
          : editOf(stateOf(path), path);
      return [
        {
          subject: sentinel.id,
          message: found.join('; '),
          fix:
            bad.length > 0
              ? bad.flatMap(fixOf)
              : set
                  .filter(({ path }) => failures.length === 0 || failures.some((f) => f.path === path))
                  .map(({ path }) => `${path}; echo $?`),
        },
      ];
    });
    return judged(seen, [...missing, ...unchecked]);
  },
  files(project) {
    return judgeSentinelFiles(project, (sentinels) => {
      const scripts = sentinels.flatMap((server) =>
        server.directives
          .filter(
            (d) => d.name === 'sentinel' && /^(notification|client-reconfig)-script$/.test(d.args[0] ?? ''),
          )
          .map((line) => ({ server, line, path: line.args[2] ?? '' })),
      );
      const inContainers = scripts.filter(({ server, path }) => isLacking(server, path));
      if (
        scripts.length > 0 &&
        inContainers.length === 0 &&
        scripts.every((s) => s.server.service !== null)
      ) {
        return { skip: 'the scripts are in containers', applies: false };
      }
      const unknown: string[] = [];
      const found = scripts.flatMap(({ server, line, path }): RawFinding[] => {
        if (server.service !== null) return [];
        // A file that was given for a machine names what is on that machine.
        const state = server.host === undefined ? project.scripts.get(path) : undefined;
        const why =
          state === undefined ? `is on ${server.host?.name ?? 'its machine'}` : UNKNOWN_IN_FILES[state];
        if (why !== undefined) unknown.push(`${server.id}: ${path} ${why}`);
        if (state === undefined || why !== undefined || state === 'ok') return [];
        const stops = state === 'missing' || state === 'not executable';
        return [
          {
            subject: server.id,
            message: `${line.args[0]} ${path} ${wordsOf(state)}${stops ? ': the sentinel exits at start' : ''}`,
            fix:
              state === 'missing'
                ? [`put the script at ${path}, and: chmod +x ${path}`]
                : editOf(state, path),
            at: place(line),
          },
        ];
      });
      return judged([...lacking(inContainers, sentinels.length), ...found], unknown);
    });
  },
} satisfies Check;

interface Named {
  server: FileServer;
  line: Directive;
  path: string;
}

/** One finding for all containers that lack a script: their sentinels exit at start. */
function lacking(scripts: readonly Named[], sentinels: number): RawFinding[] {
  const [first] = scripts;
  if (first === undefined) return [];
  const ids = [...new Set(scripts.map(({ server }) => server.id))];
  const paths = [...new Set(scripts.map(({ path }) => path))];
  const isMajorityLeft = sentinels - ids.length >= majorityOf(sentinels);
  const [are, has, exit] = [
    paths.length === 1 ? 'is' : 'are',
    paths.length === 1 ? 'no such file' : 'no such files',
    ids.length === 1 ? 'the sentinel exits' : 'the sentinels exit',
  ];
  const said = `${listed(paths)} ${are} in no mount`;
  return [
    {
      subject: ids.join(', '),
      severity: isMajorityLeft ? 'warning' : 'critical',
      impact: isMajorityLeft ? 'degraded' : 'no-failover',
      brief: `${listed(ids)} ${ids.length === 1 ? 'exits' : 'exit'} at start: ${said}`,
      evidence: `the image has ${has}, and Sentinel looks for a script at its start`,
      message: `${said}, and the image has ${has}: ${exit} at start`,
      consequence: 'a sentinel that does not run has no vote in a failover',
      fix: [
        `${listed(ids)}: volumes: ${JSON.stringify(paths.map((path) => `./${path.split('/').at(-1)}:${path}:ro`))}, each file executable`,
        'or delete the lines from its file',
      ],
      at: place(first.line),
    },
  ];
}

/**
 * Whether a container of the official image lacks a file: nothing is mounted over it, and no program of its own is
 * started that could make it (sentinel.c, sentinelHandleConfiguration: a script must be there and executable).
 */
function isLacking({ service }: FileServer, path: string): boolean {
  if (service === null || !startsServer(service) || !path.startsWith('/')) return false;
  return mountAt(service.mounts, path) === undefined && !isOfTheImage(path);
}

/** What Debian and Alpine have, and nothing that is called a script; below /usr/local the image's own programs alone. */
const isOfTheImage = (path: string): boolean =>
  path.startsWith('/usr/local/')
    ? /\/(redis-\w+|valkey-\w+|gosu|docker-entrypoint\.sh)$/.test(path)
    : /^\/(usr|bin|sbin|lib)\//.test(path) && !/\.(sh|bash|py|pl|rb|js|php|lua)$/.test(path);

/** What is wrong with a script, as the end of a sentence. */
function wordsOf(state: string): string {
  if (state === 'crlf')
    return 'begins with a line that ends in CRLF: no interpreter has that name, and each call fails';
  if (state === 'no interpreter')
    return 'does not begin with #!: Sentinel starts it without a shell, and each call fails';
  if (state === 'not a program') return 'is neither a script nor a program of this system: each call fails';
  if (state === 'interpreter missing')
    return 'names an interpreter in its first line that does not exist: each call fails';
  return `is ${state}`;
}

/** What runs a script, by the end of its name. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  sh: '/bin/sh',
  bash: '/usr/bin/env bash',
  py: '/usr/bin/env python3',
  pl: '/usr/bin/env perl',
  rb: '/usr/bin/env ruby',
  js: '/usr/bin/env node',
  php: '/usr/bin/env php',
  lua: '/usr/bin/env lua',
};

/** What makes a script run that is there. */
function editOf(state: string, path: string): string[] {
  if (state === 'crlf') return [`sed -i 's/\\r$//' ${path}`];
  if (state === 'not a program') return [`file ${path}`];
  if (state === 'no interpreter') {
    const ending = /\.(\w+)$/.exec(path)?.[1] ?? '';
    const interpreter = INTERPRETERS[ending];
    if (interpreter !== undefined) return [`sed -i '1i #!${interpreter}' ${path}`];
    return [
      `# into the first line of ${path}: its interpreter, as #!/bin/sh for a shell script`,
      `head -1 ${path}`,
    ];
  }
  if (state === 'interpreter missing')
    return [`# the first line of ${path}: an interpreter that exists there`, `head -1 ${path}`];
  return [`chmod +x ${path}`];
}

/** Scripts that are queued and not running: at most 16 run at once, and a new one starts within a tick of 100 ms. */
function waitingIn(info: Readonly<Record<string, string>>): number | null {
  const queued = num(info, 'sentinel_scripts_queue_length');
  const running = num(info, 'sentinel_running_scripts');
  return queued === null || running === null || running >= 16 ? null : queued - running;
}

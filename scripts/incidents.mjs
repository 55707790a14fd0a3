// Writes the table of docs/incidents.md from real output: each incident is caused on a cluster of its own, and the
// first lines of `status` are put into its row. Above it stand the settings of these clusters, which are all alike. `npm run docs:incidents`; needs dist/, a redis-server and redis-cli.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../docs/incidents.md', import.meta.url);
const TABLE = /(<!-- incidents:[^>]*-->\n)[\s\S]*?(<!-- end -->)/;
const UP = 'sentinelctl up --quiet --driver process --port auto --sentinel-port auto';
const WAIT_MS = 60_000;

const nodeOf = (status, id) => status.masters[0]?.nodes.find((n) => n.id === id);
const masterIs = (id) => (status) => status.masters[0]?.master?.id === id;
const silent = (id) => (status) => nodeOf(status, id)?.reachable === false;
const sentinelsSilent = (count) => (status) =>
  status.sentinels.filter((s) => s.reachable === false).length === count;
const both =
  (...conditions) =>
  (status) =>
    conditions.every((c) => c(status));

/**
 * Of each: what is typed, what `status --json` says when it is there, the verdict's word, where to read on. The row is
 * of the document that has that word, so that it does not matter how long anything takes.
 */
const INCIDENTS = [
  {
    title: 'the master crashed a moment ago',
    word: 'DOWN',
    lines: ['sentinelctl kill redis-1 --quiet --yes'],
    shows: silent('redis-1'),
    runbook: 'master-died',
  },
  {
    title: 'the master is frozen',
    word: 'DOWN',
    lines: ['sentinelctl pause redis-1 --quiet --yes'],
    shows: silent('redis-1'),
    runbook: 'master-died',
  },
  {
    title: 'a frozen master was replaced',
    word: 'DEGRADED',
    lines: ['sentinelctl pause redis-1 --quiet --yes'],
    shows: both(
      silent('redis-1'),
      (status) => status.masters[0]?.agreement === 'all' && !masterIs('redis-1')(status),
    ),
    runbook: 'master-died',
  },
  {
    title: 'a replica crashed',
    word: 'DEGRADED',
    lines: ['sentinelctl kill redis-3 --quiet --yes'],
    shows: silent('redis-3'),
    runbook: 'node-does-not-come-back',
  },
  {
    title: 'a replica is frozen',
    word: 'DEGRADED',
    lines: ['sentinelctl pause redis-3 --quiet --yes'],
    shows: silent('redis-3'),
    runbook: 'node-does-not-come-back',
  },
  {
    title: 'every replica is down',
    word: 'AT RISK',
    lines: ['sentinelctl kill redis-2 --quiet --yes', 'sentinelctl kill redis-3 --quiet --yes'],
    shows: both(silent('redis-2'), silent('redis-3')),
    runbook: 'node-does-not-come-back',
  },
  {
    title: 'two of three sentinels are down',
    word: 'AT RISK',
    lines: ['sentinelctl stop sentinel-2 --quiet --yes', 'sentinelctl stop sentinel-3 --quiet --yes'],
    shows: sentinelsSilent(2),
    runbook: 'no-quorum',
  },
  {
    title: 'every sentinel is down',
    word: 'AT RISK',
    lines: [1, 2, 3].map((n) => `sentinelctl stop sentinel-${n} --quiet --yes`),
    shows: (status) => status.sentinels.every((s) => s.reachable === false),
    runbook: 'no-quorum',
  },
  {
    title: 'the master and two sentinels are down',
    word: 'DOWN',
    lines: [
      'sentinelctl stop sentinel-2 --quiet --yes',
      'sentinelctl stop sentinel-3 --quiet --yes',
      'sentinelctl kill redis-1 --quiet --yes',
    ],
    shows: both(sentinelsSilent(2), silent('redis-1')),
    runbook: 'no-quorum',
  },
  {
    title: 'one sentinel has another down-after',
    word: 'DEGRADED',
    lines: [
      'redis-cli -u "redis://$(sentinelctl env | sed -n "s/^REDIS_SENTINEL_ADDRS=.*,//p")" SENTINEL SET mymaster down-after-milliseconds 60000',
    ],
    shows: () => true,
    runbook: 'name-what-is-wrong',
  },
  {
    title: 'you have no password',
    word: 'UNKNOWN',
    up: '--password-file password',
    lines: [],
    status:
      'SENTINELCTL_HOME=elsewhere sentinelctl status --sentinel-addrs "$(sentinelctl env | sed -n "s/^REDIS_SENTINEL_ADDRS=//p")"',
    shows: () => true,
    runbook: 'name-what-is-wrong',
  },
  {
    title: 'an old master was started by hand: two masters',
    word: 'AT RISK',
    up: '--persistence all',
    lines: ['sentinelctl kill redis-1 --quiet --yes'],
    shows: (status) => status.masters[0]?.agreement === 'all' && !masterIs('redis-1')(status),
    afterwards: ['sentinelctl start redis-1 --as-crashed --quiet --yes'],
    runbook: 'sentinels-disagree',
  },
];

/** What a line prints on standard output; its exit code is the verdict's, and no error here. */
function typed(line, { env, cwd }) {
  return new Promise((done) => {
    execFile('bash', ['-c', line], { env, cwd }, (_, stdout) => done(stdout));
  });
}

async function seen(incident) {
  const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-incident-'));
  const bare = Object.entries(process.env).filter(([name]) => !/^(SENTINELCTL_|REDIS_)/.test(name));
  const env = {
    ...Object.fromEntries(bare),
    PATH: `${dir}${delimiter}${process.env.PATH}`,
    SENTINELCTL_HOME: join(dir, 'state'),
    COLUMNS: '1000',
  };
  const shell = { env, cwd: dir };
  try {
    const bin = fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url));
    await symlink(bin, join(dir, 'sentinelctl'));
    await writeFile(join(dir, 'password'), 'secret\n', { mode: 0o600 });
    const asked = async (line, shows) => {
      const text = await typed(`${line} --json`, shell);
      return shows(JSON.parse(text)) ? text : undefined;
    };
    await typed(`${UP} ${incident.up ?? ''}`, shell);
    const whole = JSON.parse(
      await until(
        () => asked('sentinelctl status', (status) => status.healthy),
        `${incident.title}: healthy before it`,
      ),
    );
    const { masters } = JSON.parse(await typed('sentinelctl masters --json', shell));
    const settings = settingsOf(whole, masters[0].claims[0].values);
    for (const line of incident.lines) await typed(line, shell);
    await until(() => asked('sentinelctl status', incident.shows), incident.title);
    for (const line of incident.afterwards ?? []) await typed(line, shell);
    const text = await until(
      () => asked(incident.status ?? 'sentinelctl status', (status) => status.verdict.word === incident.word),
      `${incident.title}: ${incident.word}`,
    );
    return { ...JSON.parse(usual(text, whole)).verdict, settings };
  } finally {
    await typed('sentinelctl down --all --quiet --yes', shell);
    await rm(dir, { recursive: true, force: true });
  }
}

/** The settings of a cluster, in words. */
const settingsOf = ({ masters, sentinels }, { quorum, downAfterMs, failoverTimeoutMs }) =>
  `${masters[0].nodes.length} data nodes, ${sentinels.length} sentinels, quorum ${quorum}, down-after ${downAfterMs / 1000} s, failover-timeout ${failoverTimeoutMs / 1000} s`;

/** What `holds` answered at last. */
async function until(holds, title) {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const held = await holds();
    if (held) return held;
    if (performance.now() > deadline) throw new Error(`${title}: not seen within ${WAIT_MS} ms`);
    await rest(200);
  }
}

/** The text with the usual ports instead of those that were free. */
function usual(text, { masters, sentinels }) {
  const ports = [
    ...masters[0].nodes.map((n) => [n.port, 6378 + Number(n.id.slice(-1))]),
    ...sentinels.map((s) => [s.port, 26_378 + Number(s.id.slice(-1))]),
  ];
  return ports.reduce((said, [port, shown]) => said.replaceAll(String(port), String(shown)), text);
}

/** The first line of `status`, and the command under it. */
function row({ title, runbook }, { word, text, next }) {
  const cell = (words) => words.replaceAll('|', '\\|');
  return `| [${title}](runbooks/${runbook}.md) | **${word}** ${cell(text)} | ${next === null ? '' : `\`${cell(next)}\``} |`;
}

const rows = [];
const settings = new Set();
for (const incident of INCIDENTS) {
  const verdict = await seen(incident);
  settings.add(verdict.settings);
  rows.push(row(incident, verdict));
}
if (settings.size > 1) throw new Error(`clusters with different settings: ${[...settings].join('; ')}`);
const besides = INCIDENTS.flatMap(({ title, up }) => (up === undefined ? [] : [`\`${up}\` for "${title}"`]));
const named = `Each incident was caused on a new cluster with the defaults of \`sentinelctl up\`: ${[...settings][0]}; besides, ${besides.join(', and ')}.`;
const page = await readFile(PAGE, 'utf8');
const table = [
  '| incident | first line: impact, cause, when | command |',
  '| --- | --- | --- |',
  ...rows,
].join('\n');
await writeFile(
  PAGE,
  page.replace(TABLE, (_, head, tail) => `${head}\n${named}\n\n${table}\n\n${tail}`),
);

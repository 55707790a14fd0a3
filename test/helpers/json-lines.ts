/** Ends a watch of the cluster when it has shown what was done to it meanwhile. */
const WATCHED =
  'status --watch=100ms --timeout 60s --json | { read -r first; echo "$first"; ' +
  `sentinelctl kill sentinel-3 --json >&2; sed '/"changes":\\[{/q'; }`;

/** With another state directory, the cluster of this one is one that sentinelctl did not start. */
const elsewhere = (line: string): string =>
  `list >/dev/null; SENTINELCTL_HOME=$PWD/elsewhere sentinelctl ${line} --json`;

/** What is typed for a section, where its heading alone is not enough; in the order in which it is run. */
export const LINES: [section: string, line: string][] = [
  ['up', 'up'],
  ['status', 'status'],
  ['wait', 'wait'],
  ['topology', 'topology'],
  ['crosscheck', 'crosscheck'],
  ['masters', 'masters'],
  ['replicas', 'replicas'],
  ['sentinels', 'sentinels'],
  ['master-addr', 'master-addr'],
  ['env', 'env'],
  ['list', 'list'],
  [
    'attach',
    elsewhere(
      'attach shop --local --sentinel-addrs "$(sentinelctl env | sed -n s/REDIS_SENTINEL_ADDRS=//p)"',
    ),
  ],
  ['attach', 'attach shop --print-acl --json'],
  ['attach', 'attach shop --sentinel-addrs 10.0.0.1:26379 --readonly --print-yaml --json'],
  ['audit', `${elsewhere('restart sentinel-1 --confirm shop')} >&2; ${elsewhere('audit')}`],
  ['attach', elsewhere('attach shop --via ssh --check')],
  ['detach', elsewhere('detach shop')],
  [
    'doctor',
    'doctor --fix --dry-run --only min-replicas,restart-wipe,persistence-skew --accept sentinels-colocated --because test',
  ],
  ['explain', 'explain'],
  ['config', 'config sentinel-1'],
  ['call', 'call CONFIG GET slowlog-max-len'],
  ['call', 'call DBSIZE --on master'],
  ['logs', 'logs redis-1 --tail 2'],
  ['completion', 'completion fish'],
  ['errors', 'kill master --cluster nobody-made-this'],
  ['faults', 'faults'],
  ['faults', 'faults --possible'],
  ['inject', 'inject sentinel-down --for 3s'],
  ['inject', 'inject replica-kill'],
  ['heal', 'heal'],
  ['recover', 'recover'],
  ['failover-test', 'failover-test --budget 8s --rejoin guarded --json | tee before.json'],
  // As if it had been another driver's: a difference that is said.
  ['failover-test', 'failover-test --rejoin guarded --baseline <(sed s/process/docker/ before.json)'],
  ['report', 'report before.json --report again/'],
  ['report', 'report before.json --baseline before.json'],
  ['history', 'history'],
  ['switchover', 'switchover --dry-run'],
  ['switchover', 'switchover'],
  ['sweep', 'sweep --down-after 2s --min-replicas 0 --trials 1 --rejoin guarded'],
  ['chaos', 'chaos list'],
  ['chaos', 'chaos show kill'],
  ['chaos', 'chaos run kill'],
  ['quorum-test', 'quorum-test'],
  ['status --watch', WATCHED],
  ['status', 'status'],
  ['kill', 'start sentinel-3'],
  ['use', 'use'],
  ['down', 'down --keep-data'],
  ['down', 'down --delete-data'],
];

const LONG = /^(failover-test|switchover|quorum-test|chaos run)\b/;

/** Command lines that take long and are typed for a section: with `--json`, and for what shows the same without it. */
export const typedAsJson: readonly string[] = LINES.map(([, line]) => line)
  .filter((line) => LONG.test(line))
  .map((line) => `sentinelctl ${line.replace(/ \| .*/, '')}`);

/** The same lines with `--json`, as they are typed for docs/json.md: each as a process of its own. */
export const longWithJson: readonly string[] = typedAsJson.map((line) =>
  line.includes('--json') ? line : `${line} --json`,
);

/**
 * The exit codes that a line may have: the verdict of a failover test, or of a gap on a busy machine, is not what is looked for in shown lines, and one
 * trial is too few to compare.
 */
export function mayExit(line: string): number[] {
  if (!/^sentinelctl (failover-test|switchover)/.test(line)) return [0];
  return line.includes('--baseline') ? [0, 1, 2] : [0, 1];
}

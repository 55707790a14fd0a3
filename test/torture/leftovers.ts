import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a command that was killed may leave on a machine, looked for without asking the tool itself. */
export interface Whereabouts {
  home: string;
  cluster: string;
  driver: 'process' | 'docker';
  /** How many servers the cluster has. */
  nodes: number;
}

/** Everything that should not be there, in words; empty for a clean machine. */
export function leftovers(where: Whereabouts): string[] {
  return [
    ...strayProcesses(where),
    ...rules(where),
    ...(where.driver === 'docker' ? containers(where) : servers(where)),
  ];
}

interface Seen {
  pid: number;
  command: string;
  state: string;
  environ: string;
}

function processes(): Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        return [
          {
            pid: Number(name),
            command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
            state,
            environ: readFileSync(`/proc/${name}/environ`, 'utf8'),
          },
        ];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    })
    .filter(({ state }) => state !== 'Z' && state !== 'X');
}

/** Guards, proxies, commands: every process with this home in its environment or on its command line that is not a server. */
const strayProcesses = ({ home, driver }: Whereabouts): string[] =>
  processes()
    .filter((p) => p.pid !== process.pid)
    .filter((p) => p.environ.includes(`SENTINELCTL_HOME=${home}\0`) || p.command.includes(home))
    .filter((p) => driver === 'docker' || !isServer(p.command))
    .map((p) => `process ${p.pid}: ${p.command}`);

const isServer = (command: string): boolean => /redis-server|valkey-server/.test(command);

function servers({ home, cluster, nodes }: Whereabouts): string[] {
  // A server that retitles itself still names its own files or its address; its directory is what is sure.
  const ours = processes().filter(
    (p) => isServer(p.command) && workingDirectory(p.pid).startsWith(`${home}/clusters/${cluster}/`),
  );
  return [
    ...(ours.length === nodes ? [] : [`${ours.length} servers run instead of ${nodes}`]),
    ...ours.filter((p) => p.state === 'T').map((p) => `server ${p.pid} is frozen`),
  ];
}

function workingDirectory(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function rules({ cluster, driver }: Whereabouts): string[] {
  const namespaces = driver === 'process' ? [[]] : pidsOf(cluster).map((pid) => ['nsenter', '-t', pid, '-n']);
  return namespaces.flatMap((via) =>
    ['filter', 'nat'].flatMap((table) => {
      const [program = 'iptables', ...args] = [...via, 'iptables', '-w', '-t', table, '-S'];
      return run(program, args)
        .split('\n')
        .filter((line) => line.includes(`sentinelctl:${cluster}:`))
        .map((line) => `rule in ${table}: ${line}`);
    }),
  );
}

const LABEL = 'dev.sentinelctl.cluster';

function pidsOf(cluster: string): string[] {
  const ids = run('docker', ['ps', '-q', '--filter', `label=${LABEL}=${cluster}`])
    .split('\n')
    .filter(Boolean);
  return ids.length === 0
    ? []
    : run('docker', ['inspect', '-f', '{{.State.Pid}}', ...ids])
        .split('\n')
        .filter(Boolean);
}

function containers({ cluster, nodes }: Whereabouts): string[] {
  const lines = run('docker', [
    'ps',
    '-a',
    '--filter',
    `label=${LABEL}=${cluster}`,
    '--format',
    '{{.Names}} {{.Status}}',
  ])
    .split('\n')
    .filter(Boolean);
  return [
    ...(lines.length === nodes
      ? []
      : [`${lines.length} containers instead of ${nodes}: ${lines.join(', ')}`]),
    ...lines.filter((line) => !/ Up /.test(line) || /Paused/.test(line)).map((line) => `container ${line}`),
  ];
}

function run(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', timeout: 60_000 }).trim();
}

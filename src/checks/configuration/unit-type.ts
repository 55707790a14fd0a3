import type { Check, RawFinding } from '../check.js';
import { startsServer } from '../files/compose/starts-server.js';
import type { FileServer } from '../files/project.js';
import { isYes, lineOr, settingOf } from '../files/settings.js';
import { isInBackground, tellsReady } from '../files/unit.js';

export default {
  id: 'unit-type',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'starts',
  title: 'systemd or a container waits for something that its server does not do',
  consequence:
    'systemd stops the server when its start times out (90 s by default), or as soon as the first process ends, and starts it again and again; a container ends with its first process',
  explanation:
    'Type=notify waits until the server says that it is ready, which it does with supervised systemd or auto only. ' +
    'Type=forking waits until the first process ends, which it does with daemonize yes only. Any other type takes the ' +
    'end of the first process for the end of the server, which daemonize yes makes. With PIDFile= systemd waits for that ' +
    'file, which the server writes to its own pidfile. A container whose first process is ' +
    'the server ends then too, and with a restart policy it does so again and again.',
  remedy: [
    'Type=notify with supervised systemd and daemonize no',
    'or Type=simple with daemonize no',
    'in a container: daemonize no',
  ],
  sources: [
    'server.c: main, redisSupervisedSystemd',
    'systemd.service(5): Type=',
    'https://github.com/redis/redis/issues/8021',
    'https://github.com/redis/redis/issues/6370',
  ],
  files(project) {
    const started = project.servers.filter((s) => s.unit !== undefined && s.seen);
    const contained = project.servers.filter(isFirstProcess);
    if (started.length + contained.length === 0)
      return { skip: 'no systemd unit was given (--config FILE.service)', applies: false };
    return [...started.flatMap(judge), ...contained.flatMap(judgeContained)];
  },
} satisfies Check;

function judge(server: FileServer): RawFinding[] {
  const { unit } = server;
  if (unit === undefined) return [];
  const { value, line } = unit.type;
  const isBackground = isInBackground(server, unit);
  const at = { file: unit.file, line };
  if (value.startsWith('notify') && !tellsReady(server))
    return [
      {
        subject: server.id,
        message: `Type=${value} waits for the server to say that it is ready, and "supervised" is ${lineOr(server, 'supervised') === server.at ? 'not set' : 'no'}`,
        fix: ['supervised systemd'],
        at,
      },
    ];
  if (value === 'forking' && !isBackground)
    return [
      {
        subject: server.id,
        message: 'Type=forking waits for the first process to end, and the server stays in the foreground',
        fix: ['Type=notify', 'supervised systemd'],
        at,
      },
    ];
  const { pidFile } = unit;
  const written = settingOf(server, 'pidfile') || '/var/run/redis.pid';
  if (value === 'forking' && pidFile !== null && !isSamePath(pidFile.path, written))
    return [
      {
        subject: server.id,
        message: `PIDFile=${pidFile.path} waits for a file that the server writes to ${written}`,
        fix: [`pidfile ${pidFile.path}`],
        at: { file: unit.file, line: pidFile.line },
      },
    ];
  if (!value.startsWith('notify') && value !== 'forking' && isBackground)
    return [
      {
        subject: server.id,
        message: `daemonize yes ends the first process, which Type=${value} takes for the end of the server`,
        fix: ['daemonize no'],
        at: lineOr(server, 'daemonize'),
      },
    ];
  return [];
}

/** `/var/run` is a link to `/run`, and PIDFile= may be relative to it (systemd.service). */
const isSamePath = (unit: string, conf: string): boolean => {
  const [one, other] = [unit.startsWith('/') ? unit : `/run/${unit}`, conf].map((path) =>
    path.replace(/^\/var\/run\//, '/run/'),
  );
  return one === other || unit.includes('%');
};

/** Whether a container runs this server itself as its first process, and not a script that may go on. */
const isFirstProcess = ({ service }: FileServer): boolean => service !== null && startsServer(service);

function judgeContained(server: FileServer): RawFinding[] {
  if (!isYes(settingOf(server, 'daemonize'))) return [];
  const words = 'daemonize yes ends the first process, and the container with it';
  return [
    {
      subject: server.id,
      impact: 'down',
      brief: `${server.id}: ${words}`,
      evidence: null,
      message: words,
      fix: ['daemonize no'],
      at: lineOr(server, 'daemonize'),
    },
  ];
}

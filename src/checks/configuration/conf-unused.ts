import type { Check, RawFinding } from '../check.js';
import { judgeNodeFiles, merged } from '../files/judge.js';
import type { UnstartedFile } from '../files/kube/manifests.js';
import { type FileServer, isWithoutFile } from '../files/project.js';

/** A configuration of a data node, by the name of its file. */
const NODE_FILE = /(^|\/)(redis|valkey)([-_.]?(master|primary|replica|slave|node|server)?[\w-]*)\.conf$/i;

export default {
  id: 'conf-unused',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'files',
  title: 'a configuration file is mounted, and the server is started without it',
  consequence:
    'nothing in the file is in effect: no password, no persistence, no replicaof, no limit of memory that it sets',
  explanation:
    'A server reads the file that its command line names, and no other. The command of the official images is the ' +
    'server alone: a file that is mounted at /usr/local/etc/redis or /etc/redis is not read unless the command names it.',
  remedy: ['name the file in the command: redis-server /usr/local/etc/redis/redis.conf'],
  sources: [
    'server.c: main (the first argument is the file)',
    'https://hub.docker.com/_/redis (additionally, if you want to use your own redis.conf)',
  ],
  files(project) {
    if (project.servers.every(({ service }) => service === null))
      return { skip: 'needs a compose file or a manifest: it shows what is mounted', applies: false };
    return judgeNodeFiles(project, (nodes) => [
      ...merged((project.kube?.unused ?? []).flatMap(unusedInPod)),
      ...nodes.filter((n) => n.service?.pod === undefined && isWithoutFile(n)).flatMap(unusedIn),
    ]);
  },
} satisfies Check;

const message = (path: string): string =>
  `${path} is mounted, but the server is started without it: nothing in it is in effect`;

const commandOf = (image: string | null, path: string): string =>
  `${/valkey/.test(image ?? '') ? 'valkey' : 'redis'}-server ${path}`;

function unusedInPod({ workload, image, inside, directives }: UnstartedFile): RawFinding[] {
  const [first] = directives;
  if (first === undefined || directives.some((d) => d.name === 'sentinel') || !NODE_FILE.test(inside))
    return [];
  return [
    {
      subject: workload,
      message: message(inside),
      fix: [`command: [${commandOf(image, inside).split(' ').join(', ')}]`],
      at: { file: first.file, line: first.line },
    },
  ];
}

function unusedIn({ id, service, directives, at }: FileServer): RawFinding[] {
  if (service === null) return [];
  const files = service.mounts.filter(
    ({ target, kind }) => (kind === 'bind' || kind === 'config') && NODE_FILE.test(target),
  );
  // One that a script reads, or that an option names, is in use.
  const named = [...(service.entrypoint?.words ?? []), ...(service.command?.words ?? [])].join(' ');
  return files
    .filter(({ target }) => !named.includes(target) && !directives.some((d) => d.args.includes(target)))
    .map(({ target, line }) => ({
      subject: id,
      message: message(target),
      // Its own options, which may hold a password, stay where they are.
      fix: [
        (service.command?.words.length ?? 0) > 1
          ? `${id}: write ${target} behind the server's name in its command, before its options`
          : `${id}: command: ${commandOf(service.image, target)}`,
      ],
      at: { file: at.file, line },
    }));
}

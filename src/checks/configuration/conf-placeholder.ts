import type { Check, RawFinding } from '../check.js';
import type { Directive } from '../files/conf.js';
import { judgeServerFiles, merged } from '../files/judge.js';
import type { UnstartedFile } from '../files/kube/manifests.js';
import type { FileServer, Project } from '../files/project.js';
import { place } from '../files/settings.js';

/** What a shell, compose, sed or a template engine would replace: `${NAME}`, whole words `$NAME`, `%NAME%`, `__NAME__` and Kubernetes' `$(NAME)`, `{{ … }}`. */
const PLACEHOLDER =
  /\$\{[A-Za-z_]\w*(:?[-+?][^}]*)?\}|^\$[A-Z_][A-Z0-9_]+$|\{\{.*\}\}|^(%%?)[A-Za-z][\w-]*\2$|^(@@?|__)[A-Z][A-Z0-9_]*\3$|^\$\([\w -]+\)$/;

export default {
  id: 'conf-placeholder',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'a configuration file contains a variable that nothing replaces',
  consequence:
    'the server takes the text as it is: as a password it is wrong, as an address or a number it stops the server at start',
  explanation:
    'Redis and Sentinel do not read environment variables in their files. Compose replaces variables in the ' +
    'compose file alone, not in the files that it mounts, and Kubernetes $(NAME) in command, args and env alone. ' +
    'Something must write the file before the server starts: envsubst in a start script, a deployment tool, or the ' +
    'image’s own entry point.',
  remedy: [
    'write the value into the file',
    'or generate the file before the server starts: envsubst < sentinel.conf.template > /data/sentinel.conf',
  ],
  sources: [
    'config.c: loadServerConfigFromString',
    'https://docs.docker.com/reference/compose-file/interpolation/',
  ],
  causes: [
    'auth-pass-missing',
    'masterauth-missing',
    'sentinel-pass',
    'conf-syntax',
    'name-mismatch',
    'master-disagree',
    'dynamic-ip',
    'hostname-mixed',
    'hostname-slow-dns',
    'tls-mismatch',
  ],
  files(project) {
    const inServers = judgeServerFiles(project, (server) =>
      server.directives.filter((d) => isLeftOpen(d, project)).map((d) => placeholder(server, d)),
    );
    const toFill = merged((project.kube?.unstarted ?? []).flatMap(filledByImage));
    return Array.isArray(inServers) ? [...inServers, ...toFill] : toFill.length > 0 ? toFill : inServers;
  },
} satisfies Check;

/** Whether a line has a variable that nothing replaces. The compose file's own text is filled in by compose or by the container's shell. */
export const isLeftOpen = ({ args, file, open }: Directive, { composeFiles }: Project): boolean =>
  open !== true && !composeFiles.includes(file) && args.some((arg) => PLACEHOLDER.test(arg));

/** Of a file that only an unknown image fills in, it is certain where that cannot be done. */
function filledByImage({ workload, image, inside, directives, byImage }: UnstartedFile): RawFinding[] {
  if (!byImage) return [];
  const open = directives.filter((d) => d.args.some((arg) => PLACEHOLDER.test(arg)));
  const [first] = open;
  if (first === undefined) return [];
  const texts = open.flatMap((d) => d.args.flatMap((arg) => PLACEHOLDER.exec(arg)?.[0] ?? []));
  return [
    {
      subject: workload,
      severity: 'warning',
      impact: 'risk',
      message: `${inside} contains ${[...new Set(texts)].join(', ')}, and is read-only there (ConfigMap): if the image ${image} fills it in at its place (sed -i), that fails`,
      fix: [
        `an init container that copies ${inside} into a volume, fills it in there, and a server that starts with the copy`,
      ],
      at: place(first),
    },
  ];
}

function placeholder(server: FileServer, line: Directive): RawFinding {
  const found = line.args.find((arg) => PLACEHOLDER.test(arg)) ?? '';
  const text = PLACEHOLDER.exec(found)?.[0] ?? found;
  const before = line.args.slice(0, line.args.indexOf(found));
  const words = [line.name, ...(line.name === 'user' ? before.slice(0, 1) : before)].join(' ');
  return {
    subject: server.id,
    message: `"${words} ${text}" is this text, not a value: ${server.kind === 'sentinel' ? 'Sentinel' : 'Redis'} does not put variables into its files`,
    fix: [
      `${words} <the value of ${text}>`,
      '# or generate the file before the server starts: envsubst < FILE.template > FILE',
    ],
    at: place(line),
  };
}

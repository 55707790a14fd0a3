import type { Check, RawFinding } from '../check.js';
import { commandText, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import type { Container } from '../files/kube/workload.js';

export default {
  id: 'service-links',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'starts',
  title: 'a start script reads variables of Services that the pod does not get',
  consequence:
    'the variable is empty, so the question for the master fails: each pod starts as a master, or does not start',
  explanation:
    'Kubernetes gives each container the address and the ports of the Services of its namespace in variables ' +
    '(NAME_SERVICE_HOST, NAME_SERVICE_PORT). With enableServiceLinks: false it has only those of the API server. A ' +
    'script that takes a port from such a variable calls redis-cli with -p and no value.',
  remedy: ['enableServiceLinks: true, or the port itself in the script'],
  sources: [
    'https://github.com/bitnami/charts/issues/18938',
    'https://github.com/redis/redis/issues/12531',
    'https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables',
  ],
  causes: ['masters-several'],
  files(project) {
    const { kube } = project;
    if (kube?.workloads.every((w) => w.withoutLinks === null))
      return { skip: 'the pods have the variables of Services', applies: false };
    return judgeWorkloads(project, ({ workloads, maps }) => workloads.flatMap((w) => unlinkedIn(w, maps)));
  },
} satisfies Check;

function unlinkedIn(workload: ServerWorkload, maps: KubeFacts['maps']): RawFinding[] {
  const { withoutLinks, file, inits, containers } = workload;
  if (withoutLinks === null) return [];
  const read = [...inits, ...containers].flatMap((container) => {
    const words = [...(container.command?.words ?? []), ...(container.args?.words ?? [])];
    const names = linksIn(commandText({ words }, container, workload, maps), container);
    return names.length === 0 ? [] : [{ container, names }];
  });
  if (read.length === 0) return [];
  const shown = read.map(({ container, names }) => `${container.name} reads ${names.join(', ')}`);
  return [
    {
      subject: subjectOf(workload),
      message: `enableServiceLinks: false, but the start script of ${shown.join('; that of ')}, which is then not set`,
      fix: ['enableServiceLinks: true'],
      at: { file, line: withoutLinks },
    },
  ];
}

const LINK = /\$\{?([A-Za-z_]\w*_SERVICE_(?:HOST|PORT(?:_\w+)?))\b(?!:?-)/g;

/** Variables of Services that a text reads, and neither it nor the manifest sets. */
function linksIn(text: string, { env }: Container): string[] {
  const code = text.replace(/^\s*#.*$/gm, '');
  const plain = [...code.matchAll(LINK)].map(([, name = '']) => name);
  const isSet = (name: string): boolean =>
    name.startsWith('KUBERNETES_SERVICE_') ||
    env.some((line) => line.name === name) ||
    new RegExp(`(^|[\\s;&|(])${name}=`, 'm').test(code);
  return [...new Set([...plain.filter((name) => !isSet(name)), ...madeLinks(code)])];
}

/** Names that Bitnami's get_port makes out of a name and a port, where it has no port of its own for that one. */
function madeLinks(code: string): string[] {
  if (!/\$\{!\w+\}/.test(code) || !/_SERVICE_PORT_/.test(code)) return [];
  return [...code.matchAll(/\$\(get_port "?([^"\s)]+)"? "?(\w+)"?\)/g)].flatMap(([, of = '', port = '']) =>
    new RegExp(`^\\s*"?${port}"?\\)\\s*echo`, 'm').test(code)
      ? []
      : [`${of.toUpperCase().replaceAll('-', '_')}_SERVICE_PORT_${port}`],
  );
}

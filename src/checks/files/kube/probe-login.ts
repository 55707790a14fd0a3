import type { FileServer, Project } from '../project.js';
import { asksForPassword, lastOf, passwordLine, portOf, settingOf } from '../settings.js';
import { commandText, subjectOf } from './facts.js';
import type { KubeFacts, ServerWorkload } from './manifests.js';
import { mapFor } from './objects.js';
import type { Container } from './workload.js';

/** The servers of a container whose configuration could be read, one for each pod. */
const serversIn = ({ name }: Container, workload: ServerWorkload, { servers }: Project): FileServer[] =>
  servers.filter(
    ({ seen, service }) =>
      seen && service?.pod?.workload === subjectOf(workload) && service.pod.container === name,
  );

/** Whether the server of a container is known to ask for a password. */
export const asksIn = (container: Container, workload: ServerWorkload, project: Project): boolean =>
  serversIn(container, workload, project).some(asksForPassword);

/** Whether redis-cli finds a password in a container's environment, or may find one. */
export const hasLogin = (container: Container, workload: ServerWorkload, kube: KubeFacts): boolean =>
  container.secretEnv || hasCliLogin(container, workload, kube);

/** Whether redis-cli finds a password in a container's environment for certain. */
const hasCliLogin = ({ env, envFrom }: Container, workload: ServerWorkload, { maps }: KubeFacts): boolean =>
  env.some(({ name }) => name === 'REDISCLI_AUTH') ||
  envFrom.some((map) => mapFor(maps, map, workload)?.data.has('REDISCLI_AUTH'));

/** The Secret, and its key, that the server of a container has its password from; null where the files do not say. */
function secretOf(
  container: Container,
  workload: ServerWorkload,
  project: Project,
): { name: string; key: string } | null {
  const [server] = serversIn(container, workload, project).filter(asksForPassword);
  const value = server && passwordLine(server)?.args[0];
  const [, name, key] = /^\(secret ([^/]+)\/([^)]+)\)$/.exec(value ?? '') ?? [];
  return name === undefined || key === undefined ? null : { name, key };
}

/** What gives redis-cli the password: of the Secret that the server has it from, where the files say which. */
export function loginLine(container: Container, workload: ServerWorkload, project: Project): string {
  const { name, key } = secretOf(container, workload, project) ?? { name: 'SECRET', key: 'KEY' };
  return `env: [{name: REDISCLI_AUTH, valueFrom: {secretKeyRef: {name: ${name}, key: ${key}}}}]`;
}

/** How a probe gives a password. */
const GIVES = /\s-a\b|\s-u\s|--pass\b|--user\b|\bauth\b|REDISCLI_AUTH/i;

/** Whether a probe's text gives a password. */
export const givesLogin = (text: string): boolean => GIVES.test(text);

/** The variable that a container's own probes give to redis-cli as the password; null for none. */
function passwordVariable(
  container: Container,
  workload: ServerWorkload,
  { maps }: KubeFacts,
): string | null {
  const probes = [container.liveness, container.readiness, container.startup];
  const text = probes.map((probe) => probe && commandText(probe, container, workload, maps)).join('\n');
  const given = /(?:\s(?:-a|--pass)\s+|REDISCLI_AUTH=)["']?\$\{?([A-Za-z_]\w*)\}?["'\s]/.exec(text)?.[1];
  if (given === undefined) return null;
  // One that the probe sets itself is not there in another probe: the one that it is set from is.
  const assigned = new RegExp(`\\b${given}=(\\S*)`).exec(text)?.[1];
  return assigned === undefined ? given : (/^["']?\$\{?([A-Za-z_]\w*)/.exec(assigned)?.[1] ?? null);
}

export type ProbeName = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

/**
 * A probe to write, with what gives it the password where the server asks for one: without it, it gets NOAUTH for ever.
 * `script` makes the command of a shell out of redis-cli as it reaches the server; `timing` follows it.
 */
export function probeLines(
  name: ProbeName,
  script: (cli: string) => string,
  container: Container,
  workload: ServerWorkload,
  project: Project,
  timing = '',
): string[] {
  const { kube } = project;
  const isLacking =
    kube !== null && asksIn(container, workload, project) && !hasLogin(container, workload, kube);
  const isGiven = kube === null || hasCliLogin(container, workload, kube);
  // The variable that its own probe takes is there for certain.
  const variable =
    isGiven || (isLacking && secretOf(container, workload, project) !== null)
      ? null
      : passwordVariable(container, workload, kube);
  const cli = `${variable === null ? '' : `REDISCLI_AUTH=$${variable} `}${cliIn(container, workload, project)}`;
  return [
    `${name}: {exec: {command: [sh, -c, "${script(cli)}"]}${timing}}`,
    ...(isLacking && variable === null ? [loginLine(container, workload, project)] : []),
  ];
}

/** redis-cli in a container, with what it needs to reach the server there. */
function cliIn(container: Container, workload: ServerWorkload, project: Project): string {
  const cli = `${/valkey/.test(container.image ?? '') ? 'valkey' : 'redis'}-cli`;
  const [server] = serversIn(container, workload, project);
  if (server === undefined) return cli;
  const number = portOf(server);
  const port = number === 6379 ? '' : ` -p ${number > 0 ? number : '<its port>'}`;
  if (settingOf(server, 'port') !== '0' || lastOf(server, 'tls-port') === undefined) return cli + port;
  const files = ['ca-cert', 'cert', 'key'].flatMap((what) => {
    const path = settingOf(server, `tls-${what}-file`);
    return path === undefined ? [] : [` --${what.replace('-', '')} ${path}`];
  });
  return `${cli}${port} --tls${files.join('')}`;
}

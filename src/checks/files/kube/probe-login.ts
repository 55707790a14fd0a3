import type { FileServer, Project } from '../project.js';
import { asksForPassword, lastOf, passwordLine, portOf, settingOf } from '../settings.js';
import { subjectOf } from './facts.js';
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
export const hasLogin = (
  { env, envFrom, secretEnv }: Container,
  workload: ServerWorkload,
  { maps }: KubeFacts,
): boolean =>
  secretEnv ||
  env.some(({ name }) => name === 'REDISCLI_AUTH') ||
  envFrom.some((map) => mapFor(maps, map, workload)?.data.has('REDISCLI_AUTH'));

/** What gives redis-cli the password: of the Secret that the server has it from, where the files say which. */
export function loginLine(container: Container, workload: ServerWorkload, project: Project): string {
  const [server] = serversIn(container, workload, project).filter(asksForPassword);
  const value = server && passwordLine(server)?.args[0];
  const [, name = 'SECRET', key = 'KEY'] = /^\(secret ([^/]+)\/([^)]+)\)$/.exec(value ?? '') ?? [];
  return `env: [{name: REDISCLI_AUTH, valueFrom: {secretKeyRef: {name: ${name}, key: ${key}}}}]`;
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
  const needsLogin =
    asksIn(container, workload, project) && kube !== null && !hasLogin(container, workload, kube);
  return [
    `${name}: {exec: {command: [sh, -c, "${script(cliIn(container, workload, project))}"]}${timing}}`,
    ...(needsLogin ? [loginLine(container, workload, project)] : []),
  ];
}

/** redis-cli in a container, with what it needs to reach the server there. */
function cliIn(container: Container, workload: ServerWorkload, project: Project): string {
  const cli = `${/valkey/.test(container.image ?? '') ? 'valkey' : 'redis'}-cli`;
  const [server] = serversIn(container, workload, project);
  if (server === undefined) return cli;
  const number = portOf(server);
  const port = number === 6379 ? '' : ` -p ${Number.isNaN(number) ? '<its port>' : number}`;
  if (settingOf(server, 'port') !== '0' || lastOf(server, 'tls-port') === undefined) return cli + port;
  const files = ['ca-cert', 'cert', 'key'].flatMap((what) => {
    const path = settingOf(server, `tls-${what}-file`);
    return path === undefined ? [] : [` --${what.replace('-', '')} ${path}`];
  });
  return `${cli}${port} --tls${files.join('')}`;
}

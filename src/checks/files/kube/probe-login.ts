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

/** redis-cli in a container, with what it needs to reach the server there. */
export function cliIn(container: Container, workload: ServerWorkload, project: Project): string {
  const cli = `${/valkey/.test(container.image ?? '') ? 'valkey' : 'redis'}-cli`;
  const [server] = serversIn(container, workload, project);
  if (server === undefined) return cli;
  const port = portOf(server) === 6379 ? '' : ` -p ${portOf(server)}`;
  if (settingOf(server, 'port') !== '0' || lastOf(server, 'tls-port') === undefined) return cli + port;
  const files = ['ca-cert', 'cert', 'key'].flatMap((what) => {
    const path = settingOf(server, `tls-${what}-file`);
    return path === undefined ? [] : [` --${what.replace('-', '')} ${path}`];
  });
  return `${cli}${port} --tls${files.join('')}`;
}

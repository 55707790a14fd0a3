import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { refusedIn } from '../files/compose/refused.js';
import { merged } from '../files/judge.js';
import type { Project } from '../files/project.js';

export default {
  id: 'not-started',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'starts',
  title: 'a container does not start, or its server does not',
  consequence:
    'this data node or sentinel is missing: fewer copies of the data, or fewer votes for a failover',
  explanation:
    'Docker refuses a container whose fixed address is in no subnet that the file gives its network, or is in use, and ' +
    'one that publishes a port of the machine which another container has. In the network of the machine (network_mode: ' +
    'host) the second server on a port exits. A script whose lines end in CRLF names a shell that does not exist. A ' +
    'service with profiles starts only with --profile or COMPOSE_PROFILES. A volume, a network or a service that is named ' +
    'and not defined makes Compose reject the whole file.',
  remedy: [
    'a subnet for the network, and an address and a port of its own for each server',
    "sed -i 's/\\r$//' SCRIPT",
    'docker compose --profile NAME up',
  ],
  sources: [
    'https://github.com/moby/moby: libnetwork, portallocator',
    'https://github.com/compose-spec/compose-spec/blob/main/15-profiles.md',
    'execve(2): ENOENT for a missing interpreter',
  ],
  causes: ['sentinels-few', 'data-shared'],
  files(project) {
    if (project.compose === null && project.crlf.length === 0)
      return { skip: 'no compose file was given (--compose FILE)', applies: false };
    return merged([
      ...undefinedIn(project),
      ...refusedIn(project),
      ...withCrlf(project),
      ...withoutProfile(project),
    ]);
  },
} satisfies Check;

/** Compose starts none of the services of such a file. */
const undefinedIn = ({ undefinedNames, servers }: Project): RawFinding[] =>
  servers.length === 0
    ? []
    : undefinedNames.map(({ service, what, name, file, line }) => ({
        subject: service,
        message: `${service} names the ${what} ${name}, which the file does not define: Compose rejects the file and starts nothing`,
        consequence: 'no service of this file starts',
        fix: [what === 'service' ? `# ${service}: depends_on without ${name}` : `${what}s: {${name}: {}}`],
        at: { file, line },
      }));

const withCrlf = ({ crlf }: Project): RawFinding[] =>
  crlf.map(({ id, path, file }) => ({
    subject: id,
    message: `the lines of its start script ${path} end in CRLF: no such shell is there, and the container ends at once`,
    fix: [`sed -i 's/\\r$//' ${file}`],
    at: { file, line: 1 },
  }));

/** How many of each kind a failover takes. */
const NEEDED = { sentinel: 3, redis: 2 } as const;

/** Servers that `docker compose up` leaves out, while it starts too few others. */
function withoutProfile(project: Project): RawFinding[] {
  const off = project.servers.filter(({ service }) => service?.profiles?.isOff === true);
  const [first] = off;
  const on = project.servers.filter((s) => s.service !== null && !off.includes(s));
  const { names = [], line = 1 } = first?.service?.profiles ?? {};
  const areMissing = off.some(({ kind }) => on.filter((s) => s.kind === kind).length < NEEDED[kind]);
  if (first === undefined || on.length === 0 || !areMissing) return [];
  return [
    {
      subject: off.map(({ id }) => id).join(', '),
      severity: 'warning',
      impact: 'risk',
      message: `docker compose up starts ${listed(on.map(({ id }) => id))} without ${off.length === 1 ? 'it' : 'them'}: profiles: [${names.join(', ')}]`,
      fix: [`docker compose --profile ${names[0]} up -d`, `# or in .env: COMPOSE_PROFILES=${names[0]}`],
      at: { file: first.at.file, line },
    },
  ];
}

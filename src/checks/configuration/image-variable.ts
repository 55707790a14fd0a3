import type { Check, RawFinding } from '../check.js';
import type { FileServer } from '../files/project.js';

export default {
  id: 'image-variable',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'starts',
  title: 'a variable that the image does not know, or requires',
  consequence:
    'the image ignores the variable and keeps its default; without a password that it requires it does not start',
  explanation:
    'Images of Bitnami write the configuration from their variables. They ignore names that are not theirs, without ' +
    'a message: REDIS_MASTER_PORT has no effect, it is REDIS_MASTER_PORT_NUMBER. A data node needs a password, or ' +
    'ALLOW_EMPTY_PASSWORD=yes. The official images of Redis and Valkey read none of these variables: with ' +
    'REDIS_REPLICATION_MODE=slave such a server is a master. A command: of the compose file at an image of Bitnami replaces ' +
    'its start script, and with it everything that the variables do.',
  remedy: ['use the name that the image’s README lists'],
  sources: [
    'https://github.com/bitnami/containers: redis-env.sh, redis-sentinel-env.sh, libredis.sh (redis_validate)',
    'https://github.com/redis/docker-library-redis/pull/36',
    'https://github.com/bitnami/containers/issues/53232',
  ],
  causes: ['masterauth-missing', 'auth-pass-missing', 'protected-mode'],
  files(project) {
    const servers = project.servers.filter((s) => s.wrongVariables !== undefined);
    if (servers.length === 0) return { skip: 'no image is configured by its variables', applies: false };
    return servers.flatMap(wrongAt);
  },
} satisfies Check;

const wrongAt = (server: FileServer): RawFinding[] =>
  (server.wrongVariables ?? []).map(({ name, meant, isDefault, line, ignored, bypassed }): RawFinding => {
    const at = { file: server.at.file, line };
    if (bypassed !== undefined)
      return {
        subject: server.id,
        severity: 'critical',
        impact: 'at-risk',
        message: `its ${bypassed.by}: replaces the start of the image ${server.service?.image}, which alone reads ${name}: ${bypassed.does}`,
        consequence: 'the server runs without what the variables say, and nothing tells so at start',
        fix: [`# delete its line ${bypassed.by}: – the start of the image does what ${name} say`],
        at: bypassed.at,
      };
    if (ignored !== undefined)
      return {
        subject: server.id,
        severity: 'critical',
        impact: 'at-risk',
        message: `${name} has no effect in the image ${server.service?.image}, which reads no variables: ${ignored.does}`,
        consequence: 'the server runs without what the variable says, and nothing tells so at start',
        fix: [`in its configuration, or with -- as an option: ${ignored.instead}`],
        at,
      };
    if (meant === null) {
      return {
        subject: server.id,
        severity: 'critical',
        impact: 'at-risk',
        message: `${name} is not set: the image does not start without a password`,
        fix: [`${name}=<a password>`, 'or, where the network is closed: ALLOW_EMPTY_PASSWORD=yes'],
        at,
      };
    }
    return {
      subject: server.id,
      // The default that stays in effect is what was meant.
      ...(isDefault && { severity: 'info' as const }),
      message: `${name} is not a variable of the image: it is ${meant}`,
      fix: [`${meant}=…, instead of ${name}`],
      at,
    };
  });

import { randomBytes } from 'node:crypto';
import { makeAuthority, makeCertificate, type Validity } from '../../host/x509.js';
import { containerName } from '../../model/drivers.js';
import type { ClusterPlan, NodePlan } from '../../model/plan.js';
import { APP, type ClusterSecrets, USERS, type UserPasswords } from '../../model/users.js';
import type { ClusterCertificates } from '../store/secrets.js';

const DAY_MS = 86_400_000;
/** A cluster made for tests outlives no certificate; an hour covers clocks that differ. */
const VALID_DAYS = 3650;
const CLOCKS_DIFFER_MS = 3_600_000;

/** Passwords and certificates of a new cluster. `password`: the one that was given. */
export async function makeSecrets(
  plan: ClusterPlan,
  password: string | null,
  nowMs: number,
): Promise<{ secrets: ClusterSecrets; certificates: ClusterCertificates | null }> {
  const { tls, acl } = plan.spec;
  const certificates = tls === true ? await makeCertificates(plan, nowMs) : null;
  const users = acl === true ? makePasswords(password) : null;
  return {
    secrets: {
      password: users === null ? password : null,
      users,
      ca: certificates?.authority.cert ?? null,
    },
    certificates,
  };
}

/** A password for each user; the given one is the application's. */
const makePasswords = (given: string | null): UserPasswords => ({
  ...(Object.fromEntries(
    USERS.map((user) => [user, randomBytes(24).toString('base64url')]),
  ) as UserPasswords),
  ...(given !== null && { [APP]: given }),
});

async function makeCertificates(plan: ClusterPlan, nowMs: number): Promise<ClusterCertificates> {
  const { cluster } = plan.spec;
  const validity: Validity = { fromMs: nowMs - CLOCKS_DIFFER_MS, untilMs: nowMs + VALID_DAYS * DAY_MS };
  const authority = await makeAuthority(`sentinelctl ${cluster}`, validity);
  const nodes = plan.nodes.map(
    async (node) =>
      [
        node.id,
        await makeCertificate(authority, `${node.id}.${cluster}`, hostsOf(cluster, node), validity),
      ] as const,
  );
  const { cert, key } = authority;
  return { authority: { cert, key }, nodes: Object.fromEntries(await Promise.all(nodes)) };
}

/** Every name and address by which a client may dial a node. */
const hostsOf = (cluster: string, { id, announce, endpoint }: NodePlan): string[] => [
  ...new Set([id, containerName(cluster, id), 'localhost', '127.0.0.1', announce.host, endpoint.host]),
];

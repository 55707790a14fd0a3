import { readFileSync, statSync } from 'node:fs';
import { errnoOf, failed, messageOf, OperatorError, unreachable } from '../../../errors.js';
import type { EngineTarget } from './engine-target.js';

/** The HTTP status that the engine answered with, where it answered (docker-modem puts it on the error). */
export function statusOf(error: unknown): number | undefined {
  const status =
    typeof error === 'object' && error !== null ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** The engine's own words, without docker-modem's `(HTTP code 409) unexpected - ` before them. */
export const engineWords = (error: unknown): string =>
  messageOf(error)
    .replace(/^\(HTTP code \d+\) .*? - /s, '')
    .trim();

export const INSTALL_DOCKER =
  'install Docker Engine (Debian, Ubuntu: apt-get install docker.io; others: https://docs.docker.com/engine/install/)';

/** Why an engine cannot be reached, and what to do about it; undefined for other errors. */
export function whyUnreachable(
  error: unknown,
  target: EngineTarget,
): { reason: string; remedy: string } | undefined {
  if (statusOf(error) !== undefined) return undefined;
  const at = target.shown;
  const code = errnoOf(error);
  switch (code) {
    case 'ENOENT':
      return {
        reason: `no Docker Engine listens at ${at}`,
        remedy: `start it (systemctl start docker), or ${INSTALL_DOCKER}`,
      };
    case 'EACCES':
    case 'EPERM': {
      const group = groupOf(target.socketPath);
      return {
        reason: `permission denied on ${at}${group === undefined ? '' : `: only root and the group ${group} may use it`}`,
        remedy: `join the group: sudo usermod -aG ${group ?? 'docker'} "$USER", then log in again; or --driver process`,
      };
    }
    case 'ECONNREFUSED':
      return {
        reason: `${at} refuses the connection`,
        remedy: 'start the engine: systemctl start docker',
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        reason: `the host of ${at} cannot be resolved`,
        remedy: 'correct DOCKER_HOST or the Docker context',
      };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        reason: `the engine at ${at} does not answer (${code})`,
        remedy: 'check the engine: docker info',
      };
  }
  if (code !== undefined && /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|EPROTO/.test(code)) {
    return {
      reason: `no TLS connection to ${at}: ${messageOf(error)}`,
      remedy: 'see DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem)',
    };
  }
  if (code?.startsWith('HPE_')) {
    return {
      reason: `the server at ${at} is not a Docker Engine`,
      remedy: 'correct DOCKER_HOST or the Docker context',
    };
  }
  return undefined;
}

/**
 * What a call to the engine threw, as an OperatorError: `engine-unreachable` (5) when it could not be reached, else
 * `engine-refused` (1) with the engine's own words. `doing` completes "could not …". OperatorErrors pass through.
 */
export function engineError(error: unknown, target: EngineTarget, doing: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const words = whyUnreachable(error, target);
  if (words !== undefined) {
    return unreachable('engine-unreachable', words.reason, {
      why: `could not ${doing}`,
      hint: words.remedy,
      cause: error,
    });
  }
  return failed('engine-refused', `the Docker Engine could not ${doing}`, {
    why: engineWords(error),
    cause: error,
  });
}

/** The name of the group that a socket belongs to, else its number. */
function groupOf(path: string | null): string | undefined {
  if (path === null) return undefined;
  try {
    const gid = String(statSync(path).gid);
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((entry) => entry.split(':')[2] === gid);
    return line?.split(':')[0] ?? gid;
  } catch {
    return undefined;
  }
}

import { refused, usageError } from '../../errors.js';
import { DEFAULT_SETTINGS, type DriverName } from '../../model/drivers.js';
import { command } from '../../model/hints.js';
import { type ClusterSpec, isPasswordUsable, specDifferences } from '../../model/spec.js';
import { appPassword } from '../../model/users.js';
import type { LiveCluster } from '../open.js';

/** What `up` is asked for. */
export interface UpRequest {
  /** Everything settled: defaults filled in. */
  spec: ClusterSpec;
  /** Only what was asked for, to be held against a cluster that already runs. */
  given: Partial<ClusterSpec>;
  driver: DriverName | null;
  /** Driver settings that were asked for: image, publish, network, redisServer. */
  givenSettings: Record<string, string>;
  /** undefined: not given. */
  password: string | undefined;
}

/** Settings that are not saved where they have their default. */
const UNSAID: Readonly<Record<string, string>> = { loopback: DEFAULT_SETTINGS.loopback };

/** Throws `options-differ` (3) where the cluster already exists with different options. */
export function refuseDifferences({ state, secrets }: LiveCluster, request: UpRequest): void {
  const password = appPassword(secrets);
  const { spec } = state.plan;
  const differences = specDifferences(spec, request.given);
  if (request.driver !== null && request.driver !== state.plan.driver) {
    differences.push({ option: '--driver', running: state.plan.driver, asked: request.driver });
  }
  for (const [key, asked] of Object.entries(request.givenSettings)) {
    const running = state.settings[key] ?? UNSAID[key];
    if (running !== asked) {
      differences.push({
        option: `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
        running: running ?? '(none)',
        asked,
      });
    }
  }
  if (request.password !== undefined && request.password !== password) {
    const running = password === null ? 'not set' : 'another password';
    differences.push({ option: '--password-file', running, asked: 'the one in this file' });
  }
  if (differences.length === 0) return;
  throw refused('options-differ', `cluster "${spec.cluster}" already exists with different options`, {
    why: differences.map((d) => `${d.option} is ${d.running}, asked for ${d.asked}`).join('\n'),
    hint: `${command('up', spec.cluster)} # without these options keeps it; another one: --cluster NAME`,
  });
}

/** Throws `password-unusable` (64) for a password that Sentinel cannot save; see isPasswordUsable. */
export function refuseUnusablePassword(password: string | undefined): void {
  if (password === undefined || isPasswordUsable(password)) return;
  throw usageError(
    'password-unusable',
    'this password cannot be used: it contains a blank, a quote or a control character',
    {
      why: 'Sentinel writes it into its configuration without quotes, and could not read that at its next start',
      hint: '--password-file FILE # with a password of letters, digits and other punctuation',
    },
  );
}

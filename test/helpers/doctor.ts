import { execFile } from 'node:child_process';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { expectationOf } from '../../src/checks/facts-of.js';
import { gather } from '../../src/checks/gather/gather.js';
import { CHECKS, type DoctorResult, diagnose, type Finding } from '../../src/checks/index.js';
import { STATUS_CHECKS } from '../../src/checks/status-checks.js';
import { systemClock } from '../../src/clock.js';
import { accessOf } from '../../src/cluster/ask.js';
import type { Runtime } from '../../src/cluster/runtime.js';
import { openStore } from '../../src/cluster/store/state.js';
import { surveyOf, type Target } from '../../src/cluster/target.js';
import { up } from '../../src/cluster/up/up.js';
import { DRIVERS } from '../../src/drivers/registry.js';
import { type Address, formatAddress } from '../../src/model/address.js';
import type { DriverName } from '../../src/model/drivers.js';
import type { Gathered } from '../../src/model/gathered.js';
import { type ClusterSpec, DEFAULT_SPEC } from '../../src/model/spec.js';
import type { Severity, Verdict } from '../../src/model/status.js';
import { NOT_ALL_RUN } from '../../src/model/verdict.js';
import { until } from '../../src/until.js';
import { accessWith, type TlsOptions } from '../../src/wire/access.js';
import { runInside } from './cli.js';
import { FAILED } from './redis-cli.js';

const DEADLINE_MS = 1500;
/** Within this a plant shows, and a cure takes effect: several periods of everything that Sentinel does. */
const SETTLED_MS = 30_000;

const STATUS_IDS = STATUS_CHECKS.map(({ id }) => id);

/**
 * A check that was not judged makes a diagnosis UNKNOWN where nothing is found: a status, which does not count its checks,
 * is healthy then, and nothing else.
 */
export const isOneWord = (status: Verdict, doctor: Verdict): boolean =>
  status.word === doctor.word ||
  (status.word === 'HEALTHY' && doctor.word === 'UNKNOWN' && / was not judged: /.test(doctor.text));

/** A real cluster under diagnosis. */
export interface Patient {
  /** A gathering of this moment. */
  look(): Promise<Gathered>;
  /** `only`: of these checks, which costs half of a whole diagnosis. */
  doctor(only?: readonly string[]): Promise<DoctorResult>;
  /**
   * Diagnoses until this is found, at whatever depth, and is `whole`: of several links that were cut, one is known
   * before the others. The test fails where it never is.
   */
  finds(
    id: string,
    subject: string,
    severity: Severity,
    whole?: (finding: Finding) => boolean,
  ): Promise<Finding>;
  /** Diagnoses until a check was judged and finds nothing about this subject. */
  isCured(id: string, subject: string): Promise<void>;
  /** Runs exactly the commands that a finding prints. `between` stands for its pauses. */
  apply(finding: Finding, between?: () => Promise<void>): Promise<void>;
}

/** A finding and what is folded under it, and so on, as one list. */
export const flat = (findings: readonly Finding[]): Finding[] =>
  findings.flatMap((f) => [f, ...flat(f.consequences)]);

/** An engine with its state below `home`. */
const engineAt = (home: string): Runtime => ({
  clock: systemClock,
  env,
  drivers: DRIVERS,
  store: openStore(home),
  onProgress: () => {},
});

/** A cluster that sentinelctl creates, in `home`. */
export async function ownPatient(home: string, cluster: string, deadlineMs = DEADLINE_MS): Promise<Patient> {
  const runtime = engineAt(home);
  const state = await runtime.store.load(cluster);
  if (state === undefined) throw new Error(`there is no cluster ${cluster} in ${home}`);
  const secrets = await runtime.store.secrets(state);
  return patient(
    runtime,
    { kind: 'own', name: cluster, state, access: accessOf(state.plan, secrets) },
    home,
    deadlineMs,
  );
}

/** How an attached cluster is asked. */
interface AttachedBy {
  password?: string | null;
  sentinelPassword?: string | null;
  sentinelUsername?: string | null;
  masterName?: string | null;
  tls?: TlsOptions;
}

/** A cluster that runs elsewhere, by its sentinels. */
export function attachedPatient(
  sentinels: Address[],
  {
    password = null,
    sentinelPassword = null,
    sentinelUsername = null,
    masterName = null,
    tls,
  }: AttachedBy = {},
): Patient {
  // Nothing of it is ever written down.
  const home = '/nonexistent';
  const access = accessWith(password, { sentinelPassword, sentinelUsername });
  const target: Target = {
    kind: 'attached',
    name: sentinels.map(formatAddress).join(','),
    record: null,
    sentinels,
    whence: null,
    masterName,
    access: { ...access, redis: { ...access.redis, tls }, sentinel: { ...access.sentinel, tls } },
  };
  return patient(engineAt(home), target, home);
}

/** Whether a finding is about this subject, alone or with others. */
const isAbout = (finding: Finding, subject: string): boolean =>
  finding.subject === subject || finding.subject.split(', ').includes(subject);

/** Of a finding about several servers, whether a line of its fix is not for another one than that address. */
function isFor(line: string, finding: Finding, subject: string): boolean {
  const port = /^[\d.]+:(\d+)$/.exec(subject)?.[1];
  const to = / -p (\d+) /.exec(line)?.[1];
  return finding.subject === subject || port === undefined || to === undefined || to === port;
}

/** What a whole diagnosis says of the last look, for a test that failed. */
function shown(gathered: Gathered | undefined): string {
  if (gathered === undefined) return 'nothing was looked at';
  const { findings, skipped } = diagnose(gathered, CHECKS);
  const lines = flat(findings).map((f) => `${f.severity} ${f.id} ${f.subject}: ${f.message}`);
  return [...lines, JSON.stringify(skipped)].join('\n');
}

function patient(runtime: Runtime, target: Target, home: string, deadlineMs = DEADLINE_MS): Patient {
  const look = (): Promise<Gathered> =>
    gather(runtime, target, { clock: systemClock, deadlineMs, watchForMs: null });
  const doctor: Patient['doctor'] = async (only) => diagnose(await look(), CHECKS, { only });
  const within = { clock: systemClock, everyMs: 500, deadlineMs: SETTLED_MS };
  /** What both judge, `status` and `doctor` call by one word; a plant that passes by itself is looked at again. */
  async function sayTheSame(first: Gathered | undefined): Promise<void> {
    let said: { status: Verdict; doctor: Verdict } | undefined;
    let gathered = first;
    const agreed = await until(async () => {
      const before = gathered ?? (await look());
      gathered = undefined;
      const doctor = diagnose(before, CHECKS, { only: STATUS_IDS }).verdict;
      const { verdict: status } = assess(
        await surveyOf(target, { clock: systemClock, deadlineMs }),
        expectationOf(before),
      );
      said = { status, doctor };
      const isProved = status.word !== 'HEALTHY' || status.text.endsWith(NOT_ALL_RUN);
      return isProved && isOneWord(status, doctor) ? true : undefined;
    }, within);
    if (agreed === undefined)
      expect.fail(`status and doctor judge differently:\n${JSON.stringify(said, null, 1)}`);
  }
  return {
    look,
    doctor,
    async finds(id, subject, severity, whole = () => true) {
      let gathered: Gathered | undefined;
      const found = await until(async () => {
        const isAgain = gathered !== undefined;
        gathered = await look();
        // What the check alone does not find is in no whole diagnosis either, which costs as much as the look.
        if (isAgain && diagnose(gathered, CHECKS, { only: [id] }).findings.length === 0) return undefined;
        const { findings } = diagnose(gathered, CHECKS);
        return flat(findings).find(
          (f) => f.id === id && isAbout(f, subject) && f.severity === severity && whole(f),
        );
      }, within);
      if (found === undefined) expect.fail(`${id} of ${subject} was not found:\n${shown(gathered)}`);
      await sayTheSame(gathered);
      return { ...found, fix: found.fix.filter((line) => isFor(line, found, subject)) };
    },
    async isCured(id, subject) {
      let last = 'never judged';
      const cured = await until(async () => {
        const { findings, skipped } = await doctor([id]);
        const skip = skipped.find((s) => s.id === id);
        const left = flat(findings).find((f) => f.id === id && isAbout(f, subject));
        last = skip?.why ?? left?.message ?? '';
        return skip === undefined && left === undefined ? true : undefined;
      }, within);
      if (cured === undefined) expect.fail(`${id} of ${subject} is still there: ${last}`);
    },
    async apply(finding, between) {
      const lines = finding.fix.filter((line) =>
        /^(redis-cli|docker|sentinelctl|sleep|\(cd|for) /.test(line),
      );
      expect(lines, `${finding.id} prints no command`).not.toEqual([]);
      for (const line of lines) {
        if (line.startsWith('sleep ')) await between?.();
        // The test waits itself, by looking again; and what it has ended is gone.
        else if (/^sentinelctl (wait|doctor --gone)/.test(line)) continue;
        else if (line.startsWith('sentinelctl ')) await ctl(home, line.split(' ').slice(1));
        else await shell(line);
      }
    },
  };
}

/** A line as it is typed into a shell, and what it prints; the test fails where it fails. */
export async function typed(line: string): Promise<string> {
  return (await promisify(execFile)('sh', ['-c', line])).stdout;
}

/** The same, and the test fails where the server answers with an error. */
export async function shell(line: string): Promise<string> {
  const stdout = await typed(line);
  expect(stdout, line).not.toMatch(FAILED);
  return stdout;
}

/** One sentinelctl command line, in this process. */
export async function ctl(home: string, words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runInside(home, words);
  expect(code, `sentinelctl ${words.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

/** Brings a cluster up in `home`, of processes or of containers of this machine's own server, with the defaults on free ports. */
export async function upIn(
  home: string,
  spec: Partial<ClusterSpec> = {},
  driver: DriverName = 'process',
): Promise<void> {
  await up(engineAt(home), {
    spec: { ...DEFAULT_SPEC, port: 'auto', sentinelPort: 'auto', ...spec },
    given: {},
    driver,
    givenSettings: driver === 'docker' ? { image: 'host' } : {},
    password: undefined,
  });
}

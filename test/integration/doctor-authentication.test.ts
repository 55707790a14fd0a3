import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Address } from '../../src/model/address.js';
import type { Severity } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { attachedPatient, type Patient, shell } from '../helpers/doctor.js';
import { NEW_KEY } from '../helpers/new-key.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const LONG_MS = 600_000;
const PORT = 7800;
const PASSWORD = 'correct-horse';
const SENTINELS_OWN = 'battery-staple';
const SECRETS = { MASTER_PASSWORD: PASSWORD, SENTINEL_PASSWORD: SENTINELS_OWN };
const at = (port: number, host = '127.0.0.1'): Address => ({ host, port });
const id = (port: number, host = '127.0.0.1'): string => `${host}:${port}`;
const cli = (port: number, words: string): Promise<string> => redisCli(port, words);

describe('a cluster with a password', () => {
  let raw: RawCluster;
  let patient: Patient;
  let lab: Lab;
  const [one, two, three] = [PORT + 50, PORT + 51, PORT + 52];
  const nodes = [PORT, PORT + 1, PORT + 2];
  const asNode = (port: number, words: string): Promise<string> => redisCli(port, words, PASSWORD);
  beforeAll(async () => {
    raw = await startRawCluster({ port: PORT, password: PASSWORD });
    lab = await openLab();
    patient = attachedPatient([at(one), at(two), at(three)], { password: PASSWORD });
  }, LONG_MS);
  afterAll(async () => {
    await lab?.stop();
    await raw?.stop();
  });

  const masterPort = async (): Promise<number> =>
    Number((await cli(one, 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster')).trim().split(/\s+/).at(-1));

  /** Found as planted, cured by exactly what is printed, with the password in the environment. */
  async function foundAndCured(check: string, subject: string, severity: Severity): Promise<string> {
    const finding = await patient.finds(check, subject, severity);
    expect(JSON.stringify(finding)).not.toContain(PASSWORD);
    await lab.apply(finding, { ...SECRETS, REDISCLI_AUTH: PASSWORD });
    await patient.isCured(check, subject);
    return finding.message;
  }

  it('auth-pass-missing: one sentinel has none', async () => {
    await cli(two, 'SENTINEL SET mymaster auth-pass ""');
    const says = await foundAndCured('auth-pass-missing', `mymaster at ${id(two)}`, 'critical');
    expect(says).toContain(`${id(PORT)} needs a password, but ${id(two)} has none`);
  });

  it('auth-pass-missing: one sentinel has a wrong one, which only its eyes tell', async () => {
    await cli(two, 'SENTINEL SET mymaster auth-pass wrong');
    const says = await foundAndCured('auth-pass-missing', `mymaster at ${id(two)}`, 'critical');
    expect(says).toContain(`or a wrong one; ${id(two)} calls it down, although it answers`);
  });

  it('masterauth-missing: a replica that will not link again, and a master that could not come back', async () => {
    for (const port of [PORT, PORT + 2]) await asNode(port, 'CONFIG SET masterauth ""');
    const subject = `${id(PORT)}, ${id(PORT + 2)}`;
    const finding = await patient.finds('masterauth-missing', subject, 'critical');
    expect(finding.repairs).toEqual([PORT, PORT + 2].map((port) => ({ kind: 'masterauth', node: id(port) })));
    expect(finding.fix.join('\n')).not.toContain('<');
    expect(await foundAndCured('masterauth-missing', subject, 'critical')).toContain('masterauth is not set');
  });

  it('masterauth-missing: a wrong one is seen while the link is up', async () => {
    const two = id(PORT + 1);
    await asNode(PORT + 1, 'CONFIG SET masterauth wrong-horse');
    expect(await asNode(PORT + 1, 'INFO replication')).toContain('master_link_status:up');
    const finding = await patient.finds('masterauth-missing', two, 'critical');
    expect(finding.message).toBe(
      `masterauth of ${two} is not the password of ${id(PORT)} and ${id(PORT + 2)}; the link of ${two} is still up, because it logged in before`,
    );
    expect(finding.fix).toContain(
      `test -n "\${REDISCLI_AUTH:?is not set}" && printf '%s' "$REDISCLI_AUTH" | redis-cli -h 127.0.0.1 -p ${PORT + 1} -x CONFIG SET masterauth`,
    );
    expect(finding.repairs).toEqual([]);
    expect(JSON.stringify(finding)).not.toContain('horse');
    await foundAndCured('masterauth-missing', two, 'critical');
  });

  it('acl-short and acl-channel: a user who may look, and not act', async () => {
    const rules =
      '+multi +slaveof +ping +exec +subscribe +config\\|rewrite +role +publish +info +client\\|setname +client\\|kill +script\\|kill';
    for (const port of nodes) await asNode(port, `ACL SETUSER watch on '>${PASSWORD}' allchannels ${rules}`);
    for (const port of [one, two, three]) {
      await cli(port, 'SENTINEL SET mymaster auth-user watch');
    }
    await patient.isCured('acl-short', id(PORT));
    await asNode(PORT + 1, 'ACL SETUSER watch -multi -slaveof -config');
    const says = await foundAndCured('acl-short', id(PORT + 1), 'critical');
    expect(says).toBe('the user watch may not run multi, slaveof and config rewrite');

    for (const port of nodes) await asNode(port, 'ACL SETUSER watch resetchannels');
    const channel = await foundAndCured('acl-channel', id(PORT), 'critical');
    expect(channel).toContain('its channels: none');
    for (const port of nodes.slice(1)) await foundAndCured('acl-channel', id(port), 'critical');
  });

  it('auth-user-missing: the user exists at the master alone', async () => {
    // The sentinels that could not log in may have moved it.
    const master = await masterPort();
    const others = nodes.filter((port) => port !== master);
    for (const port of others) await asNode(port, 'ACL DELUSER watch');
    const subject = others.map((port) => id(port));
    const finding = await patient.finds('auth-user-missing', subject.join(', '), 'critical');
    expect(finding.impact).toBe('no-failover');
    expect(finding.message).toContain(`it exists at ${id(master)}, and ACL rules are not replicated`);
    await foundAndCured('auth-user-missing', subject.join(', '), 'critical');
    for (const seen of subject) await patient.isCured('seen-down', seen);
  });

  it('sentinel-acl-short: the user of the peers may not ask for a vote', async () => {
    for (const port of [one, two, three]) {
      await cli(port, `ACL SETUSER peer on '>${SENTINELS_OWN}' allchannels +@all -sentinel`);
      await cli(port, 'ACL SETUSER peer "+sentinel|master"');
      await cli(port, 'SENTINEL CONFIG SET sentinel-user peer');
      await cli(port, `SENTINEL CONFIG SET sentinel-pass ${SENTINELS_OWN}`);
    }
    const finding = await patient.finds(
      'sentinel-acl-short',
      [one, two, three].map((port) => id(port)).join(', '),
      'critical',
    );
    expect(finding.impact).toBe('no-failover');
    expect(finding.message).toContain('may not run SENTINEL is-master-down-by-addr');
    await foundAndCured('sentinel-acl-short', finding.subject, 'critical');
    for (const port of [one, two, three]) {
      await cli(port, 'SENTINEL CONFIG SET sentinel-user ""');
      await cli(port, 'SENTINEL CONFIG SET sentinel-pass ""');
    }
  });

  it('sentinel-acl-short: the user of the peers may not send hellos, which no failover needs', async () => {
    const all = [one, two, three];
    for (const port of all) {
      await cli(port, 'SENTINEL CONFIG SET sentinel-user peer');
      await cli(port, `SENTINEL CONFIG SET sentinel-pass ${SENTINELS_OWN}`);
    }
    for (const rules of ['allchannels +@all -publish', 'resetchannels +@all']) {
      for (const port of all) await cli(port, `ACL SETUSER peer reset on '>${SENTINELS_OWN}' ${rules}`);
      const found = await patient.finds(
        'sentinel-acl-short',
        all.map((port) => id(port)).join(', '),
        'warning',
      );
      expect(found.message).toContain('may not run PUBLISH');
      await foundAndCured('sentinel-acl-short', found.subject, 'warning');
    }
    for (const port of all) {
      await cli(port, 'SENTINEL CONFIG SET sentinel-user ""');
      await cli(port, 'SENTINEL CONFIG SET sentinel-pass ""');
    }
  });

  it('sentinel-pass: sentinels that want a password and say none', async () => {
    for (const port of [one, two, three]) {
      await cli(port, `ACL SETUSER default '>${SENTINELS_OWN}'`);
    }
    for (const port of [one, two, three]) {
      await shell(`REDISCLI_AUTH=${SENTINELS_OWN} redis-cli -p ${port} CLIENT KILL TYPE normal`);
    }
    const locked = attachedPatient([at(one), at(two), at(three)], {
      password: PASSWORD,
      sentinelPassword: SENTINELS_OWN,
    });
    for (const port of [one, two, three]) {
      const finding = await locked.finds('sentinel-pass', id(port), 'warning');
      expect(finding.message).toMatch(/ needs? a password/);
      await lab.apply(finding, { ...SECRETS, REDISCLI_AUTH: SENTINELS_OWN });
    }
    for (const port of [one, two, three]) await locked.isCured('sentinel-pass', id(port));
    await locked.isCured('no-quorum', 'mymaster');
  });
});

describe('doors', () => {
  let lab: Lab;
  const BASE = PORT + 60;
  const monitor = (name: string, port: number): string[] => [
    `sentinel monitor ${name} 127.0.0.1 ${port} 1`,
    `sentinel down-after-milliseconds ${name} 1500`,
  ];
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.stop());

  it('rename-command: a sentinel that does not know the new name', async () => {
    await lab.serve('renamed.conf', { port: BASE }, ['rename-command CONFIG ops-config']);
    await lab.serve('renamed-sentinel.conf', { port: BASE + 1, sentinel: true }, monitor('renamed', BASE));
    const patient = attachedPatient([at(BASE + 1)]);
    const finding = await patient.finds('rename-command', id(BASE), 'critical');
    expect(finding.message).toContain('does not know CONFIG by this name');
    expect(finding.fix).toEqual([
      `redis-cli -h 127.0.0.1 -p ${BASE + 1} SENTINEL SET renamed rename-command CONFIG ops-config`,
    ]);
    await lab.apply(finding);
    await patient.isCured('rename-command', id(BASE));
    // What only CONFIG tells is judged by its new name, and printed commands have it.
    const { skipped } = await patient.doctor();
    expect(skipped.filter(({ why }) => /CONFIG/.test(why))).toEqual([]);
    await cli(BASE, 'ops-config SET replica-priority 0 repl-diskless-sync-delay 7');
    const { fix } = await patient.finds('diskless-delay', id(BASE), 'info');
    expect(fix[0]).toBe(`redis-cli -h 127.0.0.1 -p ${BASE} ops-config SET repl-diskless-sync-delay 0`);
    await cli(BASE + 1, 'SENTINEL SET renamed rename-command CONFIG other');
    const wrong = await patient.finds('rename-command', id(BASE), 'critical');
    expect(wrong.message).toBe(`${id(BASE + 1)} calls CONFIG other, a name that ${id(BASE)} does not have`);
    await lab.apply(wrong);
    await patient.isCured('rename-command', id(BASE));
  });

  it('protected-mode: a sentinel at another address is turned away', async () => {
    const other = '127.0.0.5';
    await lab.serve('protected.conf', { port: BASE + 10 }, ['protected-mode yes']);
    await lab.serve('away.conf', { port: BASE + 11, host: other, sentinel: true }, [
      `bind-source-addr ${other}`,
      ...monitor('protected', BASE + 10),
    ]);
    const patient = attachedPatient([at(BASE + 11, other)]);
    const flags = async (): Promise<string | undefined> => {
      const [sentinel] = (await patient.look()).sentinels;
      return sentinel?.masters.ok ? sentinel.masters.value[0]?.fields.flags : undefined;
    };
    await until(async () => ((await flags())?.includes('s_down') ? true : undefined), {
      clock: systemClock,
      everyMs: 100,
      deadlineMs: 15_000,
    });
    const finding = await patient.finds('protected-mode', id(BASE + 10), 'critical');
    expect(finding.message).toContain(`it rejects ${id(BASE + 11, other)}`);
    expect(await flags()).toContain('s_down');
    await lab.apply(finding);
    await patient.isCured('protected-mode', id(BASE + 10));
    // What it was about: the sentinel is let in.
    const letIn = await until(async () => ((await flags()) === 'master' ? true : undefined), {
      clock: systemClock,
      everyMs: 100,
      deadlineMs: 15_000,
    });
    expect(letIn).toBe(true);
  });

  it('tls-mismatch: replicas that announce their TLS ports, and a sentinel without TLS', async () => {
    const [plain, tls] = [BASE + 30, BASE + 31];
    const [key, cert] = [join(lab.dir, 'apart-key.pem'), join(lab.dir, 'apart-cert.pem')];
    await shell(
      `openssl req -x509 ${NEW_KEY.join(' ')} -nodes -keyout ${key} -out ${cert} -days 2 -subj /CN=127.0.0.1 2>/dev/null`,
    );
    const lines = [
      ...[`tls-cert-file ${cert}`, `tls-key-file ${key}`, `tls-ca-cert-file ${cert}`],
      ...['tls-replication yes', 'tls-auth-clients no'],
    ];
    await lab.serve('apart.conf', { port: plain }, [`tls-port ${tls}`, ...lines]);
    await lab.serve('apart-replica.conf', { port: BASE + 32 }, [
      `tls-port ${BASE + 33}`,
      `replicaof 127.0.0.1 ${tls}`,
      ...lines,
    ]);
    await lab.serve('apart-sentinel.conf', { port: BASE + 34, sentinel: true }, monitor('apart', plain));
    const patient = attachedPatient([at(BASE + 34)]);
    const finding = await patient.finds('tls-mismatch', id(BASE + 34), 'critical');
    expect(finding.impact).toBe('no-failover');
    expect(finding.message).toContain(`${id(BASE + 33)} is a TLS port`);
    const { findings } = await patient.doctor();
    expect(findings.map((f) => f.id)).not.toContain('nat-replica');
    await lab.apply(finding);
    await patient.isCured('tls-mismatch', id(BASE + 34));
    const flags = await until(
      async () => {
        const said = await cli(BASE + 34, 'SENTINEL REPLICAS apart');
        return said.includes(String(BASE + 33)) && !/s_down|disconnected/.test(said) ? 'slave' : undefined;
      },
      { clock: systemClock, everyMs: 100, deadlineMs: 15_000 },
    );
    expect(flags).toBe('slave');
  });

  it('tls-mismatch: a sentinel that speaks TLS to a plain port, and a replica', async () => {
    const [plain, tls] = [BASE + 20, BASE + 21];
    const key = join(lab.dir, 'key.pem');
    const cert = join(lab.dir, 'cert.pem');
    await shell(
      `openssl req -x509 ${NEW_KEY.join(' ')} -nodes -keyout ${key} -out ${cert} -days 2 -subj /CN=127.0.0.1 2>/dev/null`,
    );
    const certs = [`tls-cert-file ${cert}`, `tls-key-file ${key}`, `tls-ca-cert-file ${cert}`];
    await lab.serve('tls.conf', { port: plain }, [`tls-port ${tls}`, ...certs]);
    await lab.serve('tls-replica.conf', { port: BASE + 22 }, [`replicaof 127.0.0.1 ${plain}`, ...certs]);
    await lab.serve('tls-sentinel.conf', { port: BASE + 23, sentinel: true }, [
      ...monitor('encrypted', plain),
      ...certs,
      'tls-replication yes',
    ]);
    const patient = attachedPatient([at(BASE + 23)]);
    const finding = await patient.finds('tls-mismatch', id(BASE + 23), 'critical');
    expect(finding.message).toContain(
      `port ${plain} does not use TLS, but this connection does (tls-replication yes)`,
    );
    await lab.apply(finding);
    await patient.isCured('tls-mismatch', id(BASE + 23));

    await cli(BASE + 22, 'CONFIG SET tls-replication yes');
    const replica = await patient.finds('tls-mismatch', id(BASE + 22), 'critical');
    await lab.apply(replica);
    await patient.isCured('tls-mismatch', id(BASE + 22));
  });
});

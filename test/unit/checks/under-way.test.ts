import { describe, expect, it } from 'vitest';
import masterDisagree from '../../../src/checks/live/master-disagree.js';
import replicaOrphan from '../../../src/checks/live/replica-orphan.js';
import serverSilent from '../../../src/checks/live/server-silent.js';
import splitBrain from '../../../src/checks/live/split-brain.js';
import type { Gathered } from '../../../src/model/gathered.js';
import { healthyGathered } from '../../helpers/recorded-gathering.js';

/** redis-2 was promoted; the leader, sentinel-1, names redis-1 until every replica is repointed. */
function promoted(leader: Record<string, string>, others: Record<string, string> = {}): Gathered {
  const gathered = healthyGathered();
  const second = gathered.nodes[1];
  if (second === undefined) throw new Error('a healthy cluster has three');
  if (second.role.ok) second.role.value = { ...second.role.value, role: 'master', follows: null };
  for (const [i, sentinel] of gathered.sentinels.entries()) {
    if (!sentinel.masters.ok) continue;
    for (const master of sentinel.masters.value) {
      const { host, port } = second.announce;
      master.fields =
        i === 0
          ? { ...master.fields, ...leader }
          : { ...master.fields, ip: host, port: String(port), 'role-reported-time': '60000', ...others };
    }
  }
  return gathered;
}

const BUSY = { flags: 'master,s_down,o_down,failover_in_progress', 'failover-state': 'reconf_slaves' };
const fixes = (gathered: Gathered): string[] =>
  [masterDisagree, splitBrain, replicaOrphan].flatMap((check) => {
    const seen = check.live(gathered);
    return Array.isArray(seen) ? seen.flatMap((s) => s.fix) : [];
  });
const BREAKS = /REMOVE|REPLICAOF/;

describe('while a failover is under way', () => {
  it('the leader that names the old master is a warning, and nobody is told to break the failover', () => {
    const gathered = promoted(BUSY);
    expect(masterDisagree.live(gathered)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('under way at sentinel-1 (reconf_slaves)') },
    ]);
    expect(fixes(gathered).filter((line) => BREAKS.test(line))).toEqual([]);
    expect(replicaOrphan.live(gathered)).toMatchObject({ skip: expect.stringContaining('under way') });
  });

  it('so is the moment at which the others have not been told', () => {
    const others = { 'config-epoch': '99', 'role-reported-time': '900' };
    expect(fixes(promoted({}, others)).filter((line) => BREAKS.test(line))).toEqual([]);
  });

  it('what stays is critical, and is mended', () => {
    const gathered = promoted({});
    const [seen] = [masterDisagree.live(gathered)].flat();
    expect(seen).not.toHaveProperty('severity');
    expect(fixes(gathered).some((line) => BREAKS.test(line))).toBe(true);
  });
});

describe('server-silent', () => {
  const down = { kind: 'refused', message: 'refused the connection' } as const;

  it('is critical where no sentinel is left to see a failure', () => {
    const gathered = healthyGathered();
    for (const s of gathered.sentinels) s.silence = down;
    expect(serverSilent.live(gathered)).toMatchObject([
      { severity: 'critical', message: expect.stringContaining('no failover happens') },
    ]);
  });

  it('of everybody is cured by up: start refuses an old master', () => {
    const gathered = healthyGathered();
    for (const s of [...gathered.sentinels, ...gathered.nodes]) s.silence = down;
    expect(serverSilent.live(gathered)).toMatchObject([{ fix: [expect.stringMatching(/^sentinelctl up/)] }]);
  });
});

import { describe, expect, it } from 'vitest';
import masterDisagree from '../../../src/checks/live/master-disagree.js';
import noMaster from '../../../src/checks/live/no-master.js';
import noSentinel from '../../../src/checks/live/no-sentinel.js';
import replicaOrphan from '../../../src/checks/live/replica-orphan.js';
import splitBrain from '../../../src/checks/live/split-brain.js';
import type { Gathered } from '../../../src/model/gathered.js';
import { judge, silence } from '../../helpers/healthy-gathering.js';
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
    const seen = judge(check, gathered);
    return Array.isArray(seen) ? seen.flatMap((s) => s.fix) : [];
  });
const BREAKS = /REMOVE|REPLICAOF/;

describe('while a failover is under way', () => {
  it('the leader that names the old master is a warning, and no fix breaks the failover', () => {
    const gathered = promoted(BUSY);
    expect(judge(masterDisagree, gathered)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('in progress at sentinel-1 (reconf_slaves)') },
    ]);
    expect(fixes(gathered).filter((line) => BREAKS.test(line))).toEqual([]);
    expect(judge(replicaOrphan, gathered)).toMatchObject({ skip: expect.stringContaining('in progress') });
  });

  it('so is the moment at which the others do not know it yet', () => {
    const others = { 'config-epoch': '99', 'role-reported-time': '900' };
    expect(fixes(promoted({}, others)).filter((line) => BREAKS.test(line))).toEqual([]);
  });

  it('what stays is critical, and has a fix', () => {
    const gathered = promoted({});
    const [seen] = [judge(masterDisagree, gathered)].flat();
    expect(seen).not.toHaveProperty('severity');
    expect(fixes(gathered).some((line) => BREAKS.test(line))).toBe(true);
  });
});

describe('where nothing is left to act', () => {
  it('without a sentinel that answers, no failover happens: critical', () => {
    const gathered = healthyGathered();
    for (const s of gathered.sentinels) silence(s);
    expect(judge(noSentinel, gathered)).toMatchObject([
      { message: 'none of 3 sentinels answers', fix: [expect.stringMatching(/^sentinelctl up/)] },
    ]);
    expect(noSentinel.severity).toBe('critical');
  });

  it('a cluster of which nothing answers comes back by up: start refuses an old master', () => {
    const gathered = healthyGathered();
    for (const s of [...gathered.sentinels, ...gathered.nodes]) silence(s);
    expect(judge(noMaster, gathered)).toMatchObject([{ fix: [expect.stringMatching(/^sentinelctl up/)] }]);
  });
});

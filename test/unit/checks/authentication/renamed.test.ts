import { describe, expect, it } from 'vitest';
import aclShort from '../../../../src/checks/authentication/acl-short.js';
import renameCommand from '../../../../src/checks/authentication/rename-command.js';
import type { RawFinding } from '../../../../src/checks/check.js';
import { healthyGathered, nodeOf } from '../../../helpers/recorded-gathering.js';

describe('rename-command', () => {
  const NOT_FOUND = "ERR Command 'config' not found";
  const renamed = () => {
    const gathered = healthyGathered();
    const node = nodeOf(gathered, 2);
    if (node.dryrun.ok) node.dryrun.value = { ...node.dryrun.value, 'config rewrite': NOT_FOUND };
    return gathered;
  };

  it('is not taken for a missing right', () => expect(aclShort.live(renamed())).toEqual([]));

  const told = (gathered: ReturnType<typeof renamed>, as: string) => {
    for (const { conf } of gathered.sentinels)
      if (conf.ok) conf.value.text += `sentinel rename-command mymaster config ${as}\n`;
  };
  const has = (gathered: ReturnType<typeof renamed>, n: number, names: Record<string, string>) => {
    nodeOf(gathered, n).renamed = Object.entries(names).map(([as, verdict]) => ({
      command: 'CONFIG',
      as,
      verdict,
    }));
  };

  it('is not a fault where every sentinel knows the new name, and every node has it', () => {
    const gathered = renamed();
    told(gathered, 'ops-config');
    expect(renameCommand.live(gathered)).toEqual({ skip: expect.stringContaining('did not say whether') });
    for (const n of [1, 2, 3]) has(gathered, n, { CONFIG: NOT_FOUND, 'ops-config': 'OK' });
    expect(renameCommand.live(gathered)).toEqual([]);
  });

  it('is one where a node has another name than the sentinels call', () => {
    const gathered = renamed();
    told(gathered, 'ops-config');
    for (const n of [1, 3]) has(gathered, n, { CONFIG: 'OK', 'ops-config': NOT_FOUND });
    has(gathered, 2, { CONFIG: NOT_FOUND, 'ops-config': 'OK' });
    expect(renameCommand.live(gathered)).toMatchObject([
      {
        subject: 'redis-1, redis-3',
        message: expect.stringContaining(
          'call CONFIG ops-config, a name that redis-1 and redis-3 do not have',
        ),
        fix: expect.arrayContaining(['# add: rename-command CONFIG ops-config', '# and restart redis-3']),
      },
    ]);
    has(gathered, 2, { CONFIG: 'OK', 'ops-config': NOT_FOUND });
    const [finding] = renameCommand.live(structuredClone(gathered)) as RawFinding[];
    expect(finding?.fix).toContainEqual(
      expect.stringContaining('SENTINEL SET mymaster rename-command CONFIG CONFIG'),
    );
  });

  it('by the new name the user may lack a right', () => {
    const gathered = renamed();
    has(gathered, 2, { 'ops-config': "User default has no permissions to run the 'ops-config' command" });
    expect(aclShort.live(gathered)).toMatchObject([
      { subject: 'redis-2', message: expect.stringContaining('may not run config rewrite') },
    ]);
  });

  it('whose sentinels’ files cannot be read is not judged', () => {
    const gathered = renamed();
    for (const sentinel of gathered.sentinels) sentinel.conf = { ok: false, why: 'not asked: elsewhere' };
    expect(renameCommand.live(gathered)).toEqual({ skip: expect.stringContaining('not asked: elsewhere') });
  });

  it('that takes a command away is only fixed in the file', () => {
    const gathered = renamed();
    const { conf } = nodeOf(gathered, 2);
    if (conf.ok) conf.value.text += 'rename-command CONFIG ""\n';
    expect(renameCommand.live(gathered)).toMatchObject([
      { subject: 'redis-2', fix: expect.arrayContaining(['# delete: rename-command CONFIG ""']) },
    ]);
  });
});

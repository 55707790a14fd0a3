import { expect, it } from 'vitest';
import { openCli } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';
import { QUIET } from '../helpers/quiet.js';

it('empties a masterauth that a cluster without a password has', async () => {
  const cli = await openCli();
  try {
    const ports = ['--port', 'auto', '--sentinel-port', 'auto'];
    const up = await cli.run(['up', '--driver', 'process', ...ports, ...QUIET]);
    expect(up.code, up.stderr).toBe(0);
    const [master] = await nodesOf(cli);
    if (master === undefined) throw new Error('no node');
    await ask(master, ['CONFIG', 'SET', 'masterauth', 'a-wrong-one']);
    const ran = await cli.run(['doctor', '--fix', '--json']);
    expect(ran.json().fixed).toMatchObject([
      { outcome: 'done', does: expect.stringContaining('CONFIG SET masterauth ""') },
    ]);
    expect(ran.code, ran.stdout).toBe(0);
    expect(await ask(master, ['CONFIG', 'GET', 'masterauth'])).toEqual(['masterauth', '']);
    expect(ran.stdout + ran.stderr).not.toContain('a-wrong-one');
  } finally {
    await cli.close();
  }
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodePlan } from '../../src/model/plan.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';
import { QUIET } from '../helpers/quiet.js';
import { hasTmux, openTerminal, type Terminal } from '../helpers/tmux.js';

const LONG_MS = 600_000;

describe.skipIf(!hasTmux)('what status says of doctor', () => {
  let cli: Cli;
  let nodes: NodePlan[];
  let terminal: Terminal;
  beforeAll(async () => {
    cli = await openCli();
    const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', ...QUIET]);
    expect(up.code, up.stderr).toBe(0);
    nodes = await nodesOf(cli);
    terminal = await openTerminal({ home: cli.home, columns: 80, rows: 24 });
  }, LONG_MS);
  afterAll(async () => {
    await terminal?.close();
    await cli?.close();
  });

  /** The checks that doctor names and status does not, without what stands under another one. */
  async function onlyInDoctor(): Promise<string[]> {
    const idsOf = (list: { id: string }[]): string[] => list.map(({ id }) => id);
    const status = idsOf((await cli.run(['status', '--json'])).json().problems);
    const doctor = new Set(idsOf((await cli.run(['doctor', '--json'])).json().findings));
    return [...doctor].filter((id) => !status.includes(id));
  }
  /** What stands below the empty line after the tables of a status. */
  const lastPart = (text: string): string => text.trimEnd().split('\n\n').at(-1)?.replaceAll('\n', ' ') ?? '';
  async function inTerminal(): Promise<string> {
    await terminal.run('sentinelctl status');
    await terminal.exitCode();
    return (await terminal.written()).replaceAll('\n', ' ');
  }

  it('a script that finds the cluster healthy does not wait for doctor', async () => {
    const { code, stdout } = await cli.run(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^HEALTHY {2}.* \(checks of doctor not run\)$/m);
    expect(lastPart(stdout)).toBe(
      'sentinelctl doctor also checks settings, passwords, network and persistence',
    );
  });

  it('a terminal shows how many findings more doctor has, and what is wrong among them', async () => {
    const risks = await onlyInDoctor();
    expect(risks.length).toBeGreaterThan(0);
    expect(await inTerminal()).toContain(
      `doctor also finds ${risks.length} notes, no fault: sentinelctl doctor`,
    );
    const replica = nodes.find((n) => n.id === 'redis-2') as NodePlan;
    // What the sentinels' user may do takes a second question, which status does not ask.
    await ask(replica, ['ACL', 'SETUSER', 'default', '-slaveof']);
    const more = await onlyInDoctor();
    expect(more).toEqual([...risks, 'acl-short'].toSorted((a, b) => more.indexOf(a) - more.indexOf(b)));
    const shown = await inTerminal();
    expect(shown).toContain(
      `doctor: ${more.length} more findings: acl-short (AT RISK), ${risks.length} notes`,
    );
    expect(shown).toContain('→ sentinelctl doctor');
    await ask(replica, ['ACL', 'SETUSER', 'default', '+@all']);
  });

  it('where something is wrong, a script reads it too', async () => {
    expect((await cli.run(['kill', 'redis-3', '--yes'])).code).toBe(0);
    const { code, stdout } = await cli.run(['status']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^DEGRADED .*redis-3 is down/);
    const more = await onlyInDoctor();
    expect(lastPart(stdout)).toBe(`doctor also finds ${more.length} notes, no fault: sentinelctl doctor`);
  });
});

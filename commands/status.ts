import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { assess, statusExitCode } from '../src/model/agreement.js';
import type { StatusResult } from '../src/model/status.js';
import { statusText } from '../src/report/status.js';
import { lookDeadlineMs, targetOf } from './shared/engine.js';

export default defineCommand({
  name: 'status',
  summary: 'one screen: what every node says and what every sentinel believes',
  description: 'Exits 0 when healthy, 1 when not, 5 when nothing answers.',
  examples: [
    'sentinelctl status',
    'sentinelctl status --json',
    'sentinelctl status --sentinel-addrs 127.0.0.1:26379',
  ],
  run: look,
  render: statusText,
  exitCode: statusExitCode,
});

async function look(context: Context): Promise<StatusResult> {
  const target = await targetOf(context);
  const { surveyOf } = await import('../src/cluster/target.js');
  const snapshot = await surveyOf(target, {
    clock: context.clock,
    deadlineMs: lookDeadlineMs(context),
    signal: context.signal,
  });
  const own = target.kind === 'own';
  return assess(snapshot, {
    cluster: target.name,
    driver: own ? target.state.plan.driver : 'attached',
    own,
    masterName: own ? target.state.plan.spec.masterName : target.masterName,
    ...(own ? { nodes: target.state.plan.nodes } : {}),
  });
}

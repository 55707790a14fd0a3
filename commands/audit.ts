import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { readAudit } from '../src/cluster/store/audit.js';
import { stateHome } from '../src/config/paths.js';
import { type AuditResult, auditText } from '../src/report/text/audit.js';
import { AUDIT_ROWS } from '../src/report/tsv.js';

export default defineCommand({
  description:
    'Everything that was done from here to clusters that sentinelctl did not start, the newest first: who, when, the command\n' +
    'line, the master before it and when it ended (a failover that follows comes later), and the exit code. It is written\n' +
    'before anything is done. An entry without an end runs, or was killed: recover rolls that back.',
  examples: ['sentinelctl audit', 'sentinelctl audit --cluster shop --output tsv'],
  options: {
    limit: option.integer('--limit <n>', {
      summary: 'show at most N entries',
      min: 1,
      max: 100_000,
      default: 20,
    }),
  },
  async run({ env, globals }, { options: { limit } }): Promise<AuditResult> {
    const { entries, unreadable } = await readAudit(stateHome(env));
    const cluster = globals.clusterFrom === 'flag' ? globals.cluster : null;
    const meant = entries.filter((entry) => cluster === null || entry.cluster === cluster).reverse();
    return { cluster, total: meant.length, entries: meant.slice(0, limit), unreadable };
  },
  render: auditText,
  rows: AUDIT_ROWS,
});

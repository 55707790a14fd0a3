import type { Fields, Gathered, GatheredNode } from '../../model/gathered.js';
import { cli, ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { dataNodes, judged, readAll } from '../group.js';

export default {
  id: 'bgsave-error',
  needs: 'gathered',
  severity: 'critical',
  impact: 'down',
  group: 'data',
  title: 'a data node cannot write to disk and refuses writes',
  consequence:
    'it answers writes and Sentinel’s PING with -MISCONF: after down-after a master counts as down and is replaced, and the next one may use the same disk',
  explanation:
    'After a failed background save a server with save points and stop-writes-on-bgsave-error yes refuses ' +
    'writes and PING until a save succeeds; the same after a failed write to the append-only file. Sentinel ' +
    'accepts only PONG, -LOADING and -MASTERDOWN as signs of life, so the node is called down although it ' +
    'answers.',
  remedy: [
    'find the reason at the end of its log: no space, no write access to its directory, no memory for the fork',
    'fix it, then BGSAVE: the next successful save ends the state',
  ],
  sources: [
    'server.c: processCommand, writeCommandsDeniedByDiskError',
    'sentinel.c: sentinelPingReplyCallback',
    'measured',
  ],
  causes: ['no-good-slave', 'failover-stuck', 'no-master', 'master-frozen'],
  live(gathered) {
    const { values, missing } = readAll(dataNodes(gathered), (n) => n.info);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      const config = server.config.ok ? server.config.value : {};
      const failed = failureIn(value, config);
      if (failed === null) return [];
      return [
        {
          subject: server.id,
          severity: failed.refuses ? 'critical' : 'warning',
          impact:
            failed.refuses && server.role.ok && server.role.value.role === 'master' ? 'down' : 'degraded',
          message: `cannot write to disk: ${failed.what}${failed.refuses ? `; it answers PING with ${saidOf(server)}` : ''}`,
          fix: [...look(gathered, server, config), cli(server, failed.again)],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** What failed, whether writes are refused for it, and what tries again. */
function failureIn(info: Fields, config: Fields): { what: string; refuses: boolean; again: string } | null {
  if (info.rdb_last_bgsave_status === 'err' && config.save !== '') {
    const refuses = config['stop-writes-on-bgsave-error'] !== 'no';
    return {
      what: `rdb_last_bgsave_status err${refuses ? ', stop-writes-on-bgsave-error yes' : ''}`,
      refuses,
      again: 'BGSAVE',
    };
  }
  if (info.aof_enabled === '1' && info.aof_last_write_status === 'err') {
    return { what: 'aof_last_write_status err', refuses: true, again: 'BGREWRITEAOF' };
  }
  if (info.aof_enabled === '1' && info.aof_last_bgrewrite_status === 'err') {
    return { what: 'aof_last_bgrewrite_status err', refuses: false, again: 'BGREWRITEAOF' };
  }
  return null;
}

const saidOf = (node: GatheredNode): string =>
  node.pingMs.ok ? '-MISCONF' : node.pingMs.why.replace(/^PING: /, '').replace(/^(\S+).*$/s, '-$1');

function look(gathered: Gathered, node: GatheredNode, config: Fields): string[] {
  const where = config.dir === undefined ? 'its directory' : `${config.dir}/${config.dbfilename ?? ''}`;
  return [
    ...(gathered.own ? [ctl(gathered, `logs ${node.id} --tail 50`)] : []),
    `# fix the cause that its log names, so that it can write ${where}; then:`,
  ];
}

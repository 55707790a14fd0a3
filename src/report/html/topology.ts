import { formatDurationMs } from '../../model/duration.js';
import type { FailoverResult, TopologyServer } from '../../observe/result.js';
import { html, tableHtml } from './markup.js';

/** Every server before the first fault: its role, version and persistence, and the settings that decide on a failover. */
export function topologyHtml({ topology = [], masterName }: FailoverResult): string {
  if (topology.length === 0) return '';
  const data = topology.filter((s) => s.kind === 'data');
  const sentinels = topology.filter((s) => s.kind === 'sentinel');
  const master = data.filter((s) => s.role === 'master');
  const others = data.filter((s) => s.role !== 'master');
  return `<div class="topology">
${layer(`master of ${masterName}`, master)}
${layer('replicas', others)}
${layer('sentinels', sentinels)}
</div>
<div class="columns">${settingsTable('Settings of the data nodes', data)}${settingsTable('Settings of the sentinels', sentinels)}</div>`;
}

function layer(title: string, servers: readonly TopologyServer[]): string {
  if (servers.length === 0) return '';
  const boxes = servers.map((server) => {
    const lines = [
      server.version ?? 'did not say its version',
      `${server.host}:${server.port}`,
      ...(server.kind === 'data' ? [persistenceOf(server)] : []),
    ];
    return `<li class="server ${server.role ?? server.kind}"><b>${html(server.id)}</b>${lines.map((l) => `<span>${html(l)}</span>`).join('')}</li>`;
  });
  return `<div class="layer"><h3>${html(title)}</h3><ul>${boxes.join('')}</ul></div>`;
}

/** `AOF everysec, RDB`; `no persistence`. */
function persistenceOf({ settings }: TopologyServer): string {
  const { appendonly, appendfsync, save } = settings;
  if (appendonly === undefined && save === undefined) return 'did not say its persistence';
  const kept = [
    ...(appendonly === 'yes' ? [`AOF ${appendfsync ?? ''}`.trimEnd()] : []),
    ...(save === undefined || save === '' ? [] : ['RDB']),
  ];
  return kept.length === 0 ? 'no persistence' : kept.join(', ');
}

/** A setting that all have alike is one row; one that differs says who has which value. */
function settingsTable(caption: string, servers: readonly TopologyServer[]): string {
  const names = [...new Set(servers.flatMap((s) => Object.keys(s.settings)))];
  const rows = names.map((name) => {
    const holders = new Map<string, string[]>();
    for (const { id, settings } of servers) {
      const value = settings[name] === undefined ? 'not known' : shown(name, settings[name]);
      holders.set(value, [...(holders.get(value) ?? []), id]);
    }
    const values = [...holders].map(([value, ids]) =>
      holders.size === 1 ? html(value) : `<b>${html(value)}</b> ${html(ids.join(', '))}`,
    );
    return [`<code>${html(name)}</code>`, values.join('<br>')];
  });
  return tableHtml(caption, ['Setting', 'Value'], rows);
}

function shown(name: string, value: string): string {
  if (value === '') return 'none';
  const isMs = /^(down-after-milliseconds|failover-timeout)$/.test(name) && /^\d{1,12}$/.test(value);
  return isMs ? `${value} (${formatDurationMs(Number(value))})` : value;
}

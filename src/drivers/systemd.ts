import { runCommand } from '../host/run-command.js';
import type { Keeper } from './attached-host.js';
import type { Env } from './driver.js';

/** How long systemctl may take to answer, in milliseconds. */
const SHOW_DEADLINE_MS = 10_000;

/** Whether systemd starts a unit again that ends: `words` is systemctl, or what runs it elsewhere. Changes nothing. */
export async function systemdKeeper(words: readonly string[], unit: string, env: Env): Promise<Keeper[]> {
  const show = [...words, 'show', '--property=Restart', unit];
  const ran = await runCommand(show, { deadlineMs: SHOW_DEADLINE_MS, env });
  const restart = ran.ok ? /^Restart=(\S+)/m.exec(ran.stdout)?.[1] : undefined;
  if (restart === 'no') return [];
  return [
    {
      who: 'systemd',
      does:
        restart === undefined
          ? 'may start a server again that ends (its Restart= could not be read)'
          : `starts a server again that ends (Restart=${restart})`,
    },
  ];
}

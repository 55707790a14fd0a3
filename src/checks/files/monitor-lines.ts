import { isIp } from '../../model/address.js';
import type { FileServer } from './project.js';
import { isYes, sentinelLine } from './settings.js';

/** The lines that make a sentinel monitor a host; with a name, those without which it exits at start or forgets the name (sentinel.c, createSentinelAddr). */
export function monitorLines(
  server: FileServer,
  name: string,
  host: string,
  port: number,
  quorum: number,
): string[] {
  const isName = !isIp(host) && !host.startsWith('<') && !isBeforeNames(server);
  const lacking = ['resolve-hostnames', 'announce-hostnames'].filter(
    (setting) => isName && !isYes(sentinelLine(server, setting)?.args[1]),
  );
  return [
    `sentinel monitor ${name} ${host} ${port} ${quorum}`,
    ...lacking.map((setting) => `sentinel ${setting} yes`),
  ];
}

/** Whether its image has a Sentinel older than 6.2: it looks a name up once, when it starts, and has no setting for names. */
export function isBeforeNames({ service }: FileServer): boolean {
  const match = /(?:^|\/)redis(?:-sentinel)?:v?(\d+)(?:\.(\d+))?/.exec(service?.image ?? '');
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  return major < 6 || (major === 6 && minor < 2);
}

import { existsSync } from 'node:fs';
import { env } from 'node:process';
import type { Page } from 'playwright-core';

/** Chromium as Debian installs it, or another one that is named. */
export const CHROMIUM = env.SENTINELCTL_CHROMIUM ?? '/usr/bin/chromium';
export const isThere = existsSync(CHROMIUM);
export const isRequired = env.SENTINELCTL_REQUIRE_CHROMIUM === '1';

/** The page opens no connection, and neither does its browser. */
export const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

/** Asks in the page; the source of a function is called with what is handed on. */
export const ask = <T>(page: Page, source: string, argument?: string): Promise<T> =>
  page.evaluate<T>(`(${source})(${JSON.stringify(argument ?? null)})`);

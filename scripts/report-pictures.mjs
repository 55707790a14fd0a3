// Takes docs/pictures/report-*.png and timeline-*.png from a real run: a cluster comes up, failover-test writes its
// report, and Chromium draws the page, light and dark. `npm run docs:pictures`; needs dist/, a redis-server and
// Chromium (SENTINELCTL_CHROMIUM, or as Debian installs it).
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, execPath } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const BIN = fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url));
const PICTURES = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const CHROMIUM = env.SENTINELCTL_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

/** What of the page is shown: the first screen, and the charts of the trial. */
const VIEWPORT = { width: 1200, height: 780 };

/** A report that exists already may be named; otherwise one is made. */
const [given] = argv.slice(2);
const home = await mkdtemp(join(tmpdir(), 'sentinelctl-pictures-'));
const page = given ?? join(home, 'report.html');
const bare = Object.entries(env).filter(([name]) => !/^(SENTINELCTL_|REDIS_|NO_COLOR)/.test(name));

async function run(...words) {
  const options = { env: { ...Object.fromEntries(bare), SENTINELCTL_HOME: home } };
  await promisify(execFile)(execPath, [BIN, ...words, '--quiet'], options);
}

try {
  if (given === undefined) {
    await run('up', '--driver', 'process', '--port', 'auto');
    await run('failover-test', '--report', page);
  }
  await mkdir(PICTURES, { recursive: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    for (const colorScheme of ['light', 'dark']) {
      const tab = await browser.newPage({ viewport: VIEWPORT, colorScheme, timezoneId: 'UTC' });
      await tab.goto(pathToFileURL(page).href);
      await tab.screenshot({ path: join(PICTURES, `report-${colorScheme}.png`) });
      const timeline = join(PICTURES, `timeline-${colorScheme}.png`);
      await tab.locator('.trial:not([hidden]) > .chart').screenshot({ path: timeline });
      await tab.close();
    }
  } finally {
    await browser.close();
  }
} finally {
  if (given === undefined) await run('down', '--all', '--yes').catch(() => {});
  await rm(home, { recursive: true, force: true });
}

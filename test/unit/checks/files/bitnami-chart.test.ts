import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type ChartStart, chartStart } from '../../../../src/checks/files/kube/bitnami-chart.js';

const manifest = await readFile('test/corpus/fine-kube-bitnami-chart/manifest.yaml', 'utf8');
const [script = ''] = manifest
  .split('  start-sentinel.sh: |\n')
  .slice(1)
  .map((rest) => (rest.split('  prestop-redis.sh: |')[0] ?? '').replace(/^ {4}/gm, ''));

const started = (text: string, env: Record<string, string> = {}): ChartStart =>
  chartStart('sentinel', {
    text,
    pod: 'cache-node-1',
    firstPod: 'cache-node-0',
    env: new Map(
      Object.entries({ REDIS_PASSWORD: 'p4ss', ...env }).map(([name, value]) => [name, { value }]),
    ),
  });

const addedLines = (start: ChartStart): string[] =>
  'added' in start ? start.added.map(({ words }) => words.join(' ')) : [];

it('takes what a script of the chart adds from its own lines', () => {
  expect(addedLines(started(script))).toEqual([
    'sentinel monitor app cache-node-0.cache-headless.shop.svc.cluster.local 6379 2',
    'sentinel auth-pass app p4ss',
    expect.stringContaining('sentinel myid '),
    'sentinel announce-hostnames yes',
    'sentinel resolve-hostnames yes',
    'sentinel announce-port 26379',
    'sentinel announce-ip cache-node-1.cache-headless.shop.svc.cluster.local',
  ]);
});

it('does not read lines that are commented out', () => {
  const quiet = script.replace('echo "sentinel announce-ip', '# echo "sentinel announce-ip');
  expect(addedLines(started(quiet)).some((line) => line.includes('announce-ip'))).toBe(false);
  expect(started(script.replace('sentinel_conf_set "sentinel monitor"', '# $&'))).toEqual({
    why: 'no line of it says what is monitored',
  });
});

it.each([
  [
    'a line of its own',
    'sed -i s/6379/6380/ /opt/bitnami/redis-sentinel/etc/sentinel.conf',
    'a line of its own',
  ],
  [
    'a line in a condition',
    'if [ -n "$EXTRA" ]; then\necho "sentinel deny-scripts-reconfig no" >> /opt/bitnami/redis-sentinel/etc/prepare-sentinel.conf\nfi',
    'depends on more',
  ],
  [
    'a variable that nothing sets',
    'echo "sentinel announce-ip $PUBLIC_IP" >> /opt/bitnami/redis-sentinel/etc/prepare-sentinel.conf',
    '$PUBLIC_IP is not known',
  ],
])('does not claim to know a script with %s', (_, line, why) => {
  expect(started(script.replace(/^mv /m, `${line.replaceAll('$', '$$$$')}\nmv `))).toEqual({
    why: expect.stringContaining(why),
  });
});

it('does not claim to know a master outside', () => {
  expect(started(script, { REDIS_EXTERNAL_MASTER_HOST: 'redis.example' })).toEqual({
    why: 'the master is outside of this chart',
  });
});

import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import scriptBad from '../../../../src/checks/configuration/script-bad.js';
import { scriptFailuresOf } from '../../../../src/checks/gather/scripts.js';
import { given, got, healthyGathering, said, sentinelIn } from '../../../helpers/healthy-gathering.js';
import { tempDir } from '../../../helpers/temp-dir.js';

const line = (at: string, text: string): string => `812:X 29 Nov 2026 ${at} # ${text}`;

it('a script that fails without a retry is known from the log alone, until it is changed', async () => {
  const dir = await tempDir();
  const script = join(dir, 'notify.sh');
  await writeFile(script, '#!/bin/sh\nexit 2\n');
  await utimes(script, new Date('29 Nov 2026 10:30:00'), new Date('29 Nov 2026 10:30:00'));
  await writeFile(
    join(dir, 'log'),
    [
      line('10:00:00.001', `-script-error ${script} 0 127`),
      line('11:00:00.001', `-script-error ${script} 0 2`),
      line('11:00:01.001', `-script-timeout ${script} 4711`),
      line('11:00:02.001', `-script-error ${script} 9 0`),
      line('11:00:03.001', '-script-error /another.sh 0 1'),
    ].join('\n'),
  );
  const sentinel = sentinelIn(healthyGathering(), 1);
  for (const { fields } of given(sentinel.masters)) Object.assign(fields, { 'notification-script': script });
  sentinel.conf = got({ file: 'sentinel.conf', text: `dir ${dir}\nlogfile log` });
  const at = (time: string): number => Date.parse(`29 Nov 2026 ${time}`);
  const failures = await scriptFailuresOf(sentinel, at('12:00:00'));
  expect(failures).toEqual([{ path: script, times: 3, last: '29 Nov 2026 11:00:02.001, signal 9' }]);
  expect(await scriptFailuresOf(sentinel, at('12:00:00') + 86_400_000)).toEqual([]);
  await utimes(script, new Date('29 Nov 2026 11:30:00'), new Date('29 Nov 2026 11:30:00'));
  expect(await scriptFailuresOf(sentinel, at('12:00:00'))).toEqual([]);
});

it('script-bad says how often and how it failed', () => {
  const found = said(scriptBad, (g) => {
    const sentinel = sentinelIn(g, 1);
    for (const { fields } of given(sentinel.masters))
      Object.assign(fields, { 'notification-script': '/n.sh' });
    sentinel.scripts = got({ '/n.sh': 'ok' });
    sentinel.scriptFailures = [{ path: '/n.sh', times: 3, last: '29 Nov 2026 11:00:02.001, exit code 2' }];
  });
  expect(found).toMatchObject([
    {
      subject: 'sentinel-1',
      message: '/n.sh failed 3 times by its log, the last time 29 Nov 2026 11:00:02.001, exit code 2',
    },
  ]);
});

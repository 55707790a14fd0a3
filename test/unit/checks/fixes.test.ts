import { expect, it } from 'vitest';
import { changeFile, withLine, withoutLines } from '../../../src/checks/fixes.js';
import type { Gathered, GatheredSentinel, Life } from '../../../src/model/gathered.js';
import { healthyGathered } from '../../helpers/recorded-gathering.js';

const edits = [withoutLines('^sentinel myid'), withLine('protected-mode no')];

/** The second sentinel, in a container, with its file shown under this name. */
function inContainer(gathered: Gathered, file: string): GatheredSentinel {
  const [, sentinel] = gathered.sentinels;
  if (sentinel === undefined) throw new Error('a healthy cluster has three');
  sentinel.life = { ok: true, value: { kind: 'container' } as Life };
  sentinel.conf = { ok: true, value: { file, text: '' } };
  return sentinel;
}

it('is typed as it stands: a container’s file is copied out and in again while it is stopped', () => {
  const gathered = healthyGathered();
  const sentinel = inContainer(gathered, 'sentinel-2:/data/sentinel.conf');
  const name = `sentinelctl-${gathered.cluster}-sentinel-2`;
  expect(changeFile(gathered, sentinel, edits)).toEqual([
    expect.stringMatching(/^sentinelctl stop sentinel-2/),
    `(cd "$(mktemp -d)" && docker cp ${name}:/data/sentinel.conf sentinel.conf && sed -i.old '/^sentinel myid/d' sentinel.conf && echo 'protected-mode no' >> sentinel.conf && chmod 666 sentinel.conf && docker cp sentinel.conf ${name}:/data/sentinel.conf && rm sentinel.conf*)`,
    expect.stringMatching(/^sentinelctl start sentinel-2/),
  ]);
});

it('of a container that is not ours: by the name that it has, with docker alone', () => {
  const gathered = { ...healthyGathered(), own: false };
  const sentinel = inContainer(gathered, 'watch-2:/etc/redis/sentinel.conf');
  const [stop, change, start] = changeFile(gathered, sentinel, edits);
  expect([stop, start]).toEqual(['docker stop watch-2', 'docker start watch-2']);
  expect(change).toContain('docker cp watch-2:/etc/redis/sentinel.conf sentinel.conf');
});

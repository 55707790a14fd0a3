import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readProject } from '../../../../src/checks/gather/project/read-project.js';
import { tempDir } from '../../../helpers/temp-dir.js';

const MANIFEST = new URL('../../../corpus/kube-init-read-only/manifest.yaml', import.meta.url);

/** The pods whose init container ends, where its last command but the copying is this one. */
async function stoppedBy(command: string): Promise<string[]> {
  const text = await readFile(MANIFEST, 'utf8');
  const was = /if \[\[ \$ordinal -gt 0 \]\]; then\n.*\n +fi/;
  expect(text).toMatch(was);
  const file = join(await tempDir(), 'manifest.yaml');
  await writeFile(
    file,
    text.replace(was, () => command),
  );
  const project = await readProject({ configs: [], compose: null, kube: [file], env: {}, nowMs: 0 });
  return project.stopped.map(({ pod }) => pod);
}

const ALL = ['ledger-0', 'ledger-1', 'ledger-2'];
const WRITE = 'echo "port 6379" >> /template/redis.conf';

it.each([
  ['a plain command', WRITE, ALL],
  ['the last of several', `true && ${WRITE}`, ALL],
  ['after set +e', `set +e; ${WRITE}`, []],
  ['after set +o errexit', `set +o errexit; ${WRITE}`, []],
  ['on the left of ||', `${WRITE} || true`, []],
  ['in a group on the left of ||', `{ ${WRITE}; } || true`, []],
  ['as a condition', `if ${WRITE}; then true; fi`, []],
  ['behind a test whether it may be written', `[ -w /template/redis.conf ] && ${WRITE}`, []],
  ['in a shell without set -e', `sh -c '${WRITE.replaceAll('"', '')}' || true`, []],
])('a script with set -e that cannot write: %s', async (_, command, pods) => {
  expect(await stoppedBy(command)).toEqual(pods);
});

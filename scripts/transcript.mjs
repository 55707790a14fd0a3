// Runs the README's first console block anew, on a state directory of its own and the usual ports, and puts what it
// printed there. `npm run docs:transcript`; needs dist/ and a free machine.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const README = new URL('../README.md', import.meta.url);
const BLOCK = /```console\n([\s\S]*?)\n```/;

/** What a line prints, standard error and output in the order in which they came. */
function typed(line, env) {
  return new Promise((done, fail) => {
    const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
    }
    child.on('error', fail);
    child.on('close', (code) =>
      code === 0 ? done(text.trimEnd()) : fail(new Error(`${line} exits ${code}:\n${text}`)),
    );
  });
}

const readme = await readFile(README, 'utf8');
const commands = (BLOCK.exec(readme)?.[1] ?? '').split('\n').filter((line) => line.startsWith('$ '));
const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-transcript-'));
const bare = Object.entries(process.env).filter(([name]) => !/^(SENTINELCTL_|REDIS_)/.test(name));
const env = {
  ...Object.fromEntries(bare),
  PATH: `${dir}${delimiter}${process.env.PATH}`,
  SENTINELCTL_HOME: dir,
};
try {
  await symlink(
    fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url)),
    join(dir, 'sentinelctl'),
  );
  const parts = [];
  for (const command of commands) parts.push(`${command}\n${await typed(command.slice(2), env)}`);
  await writeFile(
    README,
    readme.replace(BLOCK, () => `\`\`\`console\n${parts.join('\n\n')}\n\`\`\``),
  );
} finally {
  await typed('sentinelctl down --all --quiet', env).catch(() => {});
  await rm(dir, { recursive: true, force: true });
}

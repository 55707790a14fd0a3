import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OperatorError } from '../../../errors.js';
import { executableInPath } from '../../../host/executable.js';
import type { Env } from '../../driver.js';
import { IMAGE_LABEL } from '../containers/labels.js';
import type { Engine, EngineFacts } from '../engine/engine.js';
import { engineError } from '../engine/errors.js';
import { elfMachine, librariesOf, sameMachine } from '../image/host-binary.js';
import { inspectImage } from '../image/image.js';
import { type ImageFile, importImage } from '../image/imported-image.js';

const REPOSITORY = 'sentinelctl/host-iptables';
/** Raised when the contents of the image change, so that older images are not used. */
const RECIPE = '1';
/** Where the image has the binary, whatever it is called here: `xtables-nft-multi`, `xtables-legacy-multi`. */
const IPTABLES = '/sbin/iptables-multi';
/** iptables looks for its extensions here (XTABLES_LIBDIR). */
const EXTENSIONS_DIR = '/xtables';
/** The extensions that our rules need; which of them exist depends on the release. */
const EXTENSIONS = [
  'xt_standard',
  'xt_comment',
  'xt_tcp',
  'xt_DNAT',
  'xt_NAT',
  'ipt_DNAT',
  'ipt_REJECT',
  'xt_REJECT',
];
const ROOT_PATH = '/usr/local/sbin:/usr/sbin:/sbin';

/**
 * The image that changes packet rules inside containers' networks: this machine's iptables with its libraries, so that
 * no registry is needed. Returns its reference, or why it cannot be built, as a clause.
 */
export async function ensureLinksImage(
  engine: Engine,
  facts: EngineFacts,
  env: Env,
): Promise<{ ref: string } | { why: string }> {
  const path = await executableInPath({ PATH: [env.PATH ?? '', ROOT_PATH].join(':') }, 'iptables');
  if (path === undefined) return { why: 'this machine has no iptables to build an image from' };
  const binary = await realpath(path);
  const content = await readFile(binary);
  const machine = elfMachine(content);
  if (machine === undefined) return { why: `${binary} is not a Linux binary` };
  if (!sameMachine(machine, facts.arch))
    return { why: `${binary} is for ${machine}, the engine's machine is ${facts.arch}` };
  try {
    const files = await filesOf(binary, content);
    const hash = createHash('sha256').update(RECIPE);
    for (const file of files) hash.update(file.path).update(file.content);
    const tag = hash.digest('hex').slice(0, 12);
    const ref = `${REPOSITORY}:${tag}`;
    if ((await inspectImage(engine, ref)) !== undefined) return { ref };
    await importImage(engine, {
      repo: REPOSITORY,
      tag,
      message: `${basename(binary)}, from the machine's own binary`,
      files,
      directories: [{ path: '/run', mode: 0o755 }],
      changes: [
        `ENTRYPOINT ["${IPTABLES}"]`,
        `ENV XTABLES_LIBDIR=${EXTENSIONS_DIR}`,
        `LABEL ${IMAGE_LABEL}=iptables`,
      ],
    });
    return { ref };
  } catch (error) {
    if (error instanceof OperatorError) return { why: error.message };
    throw engineError(error, engine.target, 'build the image of iptables');
  }
}

async function filesOf(binary: string, content: Buffer): Promise<ImageFile[]> {
  const libraries = await librariesOf(binary);
  return [
    { path: IPTABLES, content, mode: 0o755 },
    ...libraries.map((library) => ({ ...library, mode: 0o755 })),
    ...(await extensionsOf(libraries.map(({ path }) => path))),
  ];
}

/** The extensions are beside libxtables, in a directory `xtables`. */
async function extensionsOf(libraries: readonly string[]): Promise<ImageFile[]> {
  const library = libraries.find((path) => basename(path).startsWith('libxtables.so'));
  const dir = join(dirname(await realpath(library ?? '/usr/lib/libxtables.so')), 'xtables');
  const found = await Promise.all(
    EXTENSIONS.map(async (name) => {
      const content = await readFile(join(dir, `lib${name}.so`)).catch(() => undefined);
      return content === undefined ? [] : [{ path: `${EXTENSIONS_DIR}/lib${name}.so`, content, mode: 0o755 }];
    }),
  );
  return found.flat();
}

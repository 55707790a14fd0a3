import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../../clock.js';
import { unreachable } from '../../../errors.js';
import { executableInPath } from '../../../host/executable.js';
import type { OnProgress } from '../../../model/events.js';
import type { Env } from '../../driver.js';
import { IMAGE_LABEL } from '../containers/labels.js';
import type { Engine, EngineFacts } from '../engine/engine.js';
import { engineError } from '../engine/errors.js';
import { elfMachine, findHostBinary, type HostBinary, librariesOf, sameMachine } from './host-binary.js';
import { type ImageFacts, inspectImage } from './image.js';
import { type ImageFile, importImage } from './imported-image.js';

const REPOSITORY = 'sentinelctl/host-redis';
/** Raised when the contents of the image change, so that older images are not used. */
const RECIPE = '1';
const UID = 999;
const BIN = '/usr/local/bin';

/**
 * The image built from this machine's own server, for engines without a registry: the binary, its libraries, a user, an
 * empty /data. Built once per binary: the tag holds its version and hash. Throws OperatorError (5).
 */
export async function ensureHostImage(
  engine: Engine,
  facts: EngineFacts,
  redisServer: string,
  env: Env,
  onProgress: OnProgress,
): Promise<ImageFacts> {
  const binary = await findHostBinary(redisServer, env);
  if (!sameMachine(binary.machine, facts.arch)) {
    throw unreachable(
      'host-image-arch',
      `${binary.path} is for ${binary.machine}, the engine's machine is ${facts.arch}`,
      {
        hint: '--image redis:8 # or an image that the engine already has',
      },
    );
  }
  const tag = tagOf(binary);
  const ref = `${REPOSITORY}:${tag}`;
  const present = await inspectImage(engine, ref);
  if (present !== undefined) return present;
  const began = systemClock.now();
  const step = { type: 'step', id: 'image', label: `building ${ref} from ${binary.path}` } as const;
  onProgress({ ...step, state: 'start' });
  try {
    await importImage(engine, {
      repo: REPOSITORY,
      tag,
      message: `${binary.name} ${binary.version}, from the machine's own binary`,
      files: await filesOf(binary, env),
      directories: [
        { path: '/tmp', mode: 0o1777 },
        { path: '/data', mode: 0o755, uid: UID },
      ],
      changes: [
        `CMD ["${binary.name}"]`,
        `ENV PATH=${BIN}`,
        `USER ${UID}:${UID}`,
        'WORKDIR /data',
        `LABEL ${IMAGE_LABEL}=host`,
      ],
    });
    const built = await inspectImage(engine, ref);
    if (built === undefined) throw new Error('the engine imported the image, but does not have it');
    onProgress({
      ...step,
      state: 'done',
      label: `built ${ref} from ${binary.path}`,
      ms: systemClock.now() - began,
    });
    return built;
  } catch (error) {
    onProgress({ ...step, state: 'failed', ms: systemClock.now() - began });
    throw engineError(error, engine.target, `build the image ${ref}`);
  }
}

function tagOf(binary: HostBinary): string {
  const hash = createHash('sha256').update(RECIPE).update(binary.name).update(binary.content).digest('hex');
  return `${binary.version.replace(/[^\w.-]/g, '_').slice(0, 60)}-${hash.slice(0, 12)}`;
}

/** Server, client where there is one, and the libraries of both. */
async function filesOf(binary: HostBinary, env: Env): Promise<ImageFile[]> {
  const client = binary.name.replace('server', 'cli');
  const cliPath = await executableInPath(env, client);
  const cli = cliPath === undefined ? undefined : await readFile(cliPath);
  // A client that is a script is left out: it is only a convenience.
  const withCli = cliPath !== undefined && cli !== undefined && elfMachine(cli) === binary.machine;
  const libraries = [...(await librariesOf(binary.path)), ...(withCli ? await librariesOf(cliPath) : [])];
  return [
    { path: `${BIN}/${binary.name}`, content: binary.content, mode: 0o755 },
    ...(withCli ? [{ path: `${BIN}/${client}`, content: cli, mode: 0o755 }] : []),
    ...[...new Map(libraries.map((library) => [library.path, library])).values()].map((library) => ({
      ...library,
      mode: 0o755,
    })),
    {
      path: '/etc/passwd',
      content: Buffer.from(`root:x:0:0::/:/\nredis:x:${UID}:${UID}::/data:/\n`),
      mode: 0o644,
    },
    { path: '/etc/group', content: Buffer.from(`root:x:0:\nredis:x:${UID}:\n`), mode: 0o644 },
  ];
}

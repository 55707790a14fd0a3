import { isIP } from 'node:net';
import { usageError } from '../../errors.js';
import { abbreviate } from '../../model/spec.js';

/**
 * The image used where none is asked for: the official image's tag that follows the newest Redis 8, so that a
 * cluster of today gets today's fixes. It runs unchanged as uid 999 on amd64 and arm64.
 */
export const DEFAULT_IMAGE = 'redis:8';
/** `--image host`: build an image from this machine's own server binary. */
export const HOST_IMAGE = 'host';

/** What the docker driver is told, and what it writes down to find its things again. No secrets. */
export interface DockerSettings {
  /** As asked for: a reference, or `host`. */
  image: string;
  /** The image that `host` was resolved to; empty until it is known. */
  imageRef: string;
  /** The address of the engine's machine that ports are published on. */
  publish: string;
  network: 'bridge' | 'host';
  /** `10.213.7.0/24`; empty until the layout has chosen one, and always with the host's network. */
  subnet: string;
  /** Which engine: `unix:///var/run/docker.sock`, `tcp://host:2376`, `context:NAME`; empty: as the environment says. */
  engine: string;
  /** Where the TLS files of a tcp engine are; empty: none, or as the context says. */
  certPath: string;
  /** `verify`, `skip` or empty: plain. Only for a tcp engine. */
  tls: '' | 'verify' | 'skip';
  /** The binary for `--image host`; empty: as the environment says, else from PATH. */
  redisServer: string;
}

/**
 * `redis`, `redis:8`, `registry:5000/team/redis@sha256:…`, or an image's id (distribution/reference). What doesn't look
 * like one never gets into the path of a request to the engine.
 */
const REFERENCE =
  /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Fills in the defaults. Throws usageError for an address or network that can't be. */
export function readSettings(raw: Readonly<Record<string, string>>): DockerSettings {
  const network = raw.network || 'bridge';
  if (network !== 'bridge' && network !== 'host') {
    throw usageError('bad-network', `"${network}" is no network that Docker nodes can live in`, {
      hint: 'use --network bridge or --network host',
    });
  }
  const publish = raw.publish || '127.0.0.1';
  if (isIP(publish) === 0) {
    throw usageError('bad-publish', `"${publish}" is no IP address to publish ports on`, {
      hint: "use --publish 127.0.0.1, or the address of one of this machine's interfaces",
    });
  }
  const image = raw.image || DEFAULT_IMAGE;
  if (image.length > 255 || !(REFERENCE.test(image) || /^sha256:[0-9a-f]{64}$/.test(image))) {
    throw usageError('bad-image', `"${abbreviate(image)}" is no name of an image`, {
      hint: 'a name looks like redis:8, valkey/valkey:8 or registry.example/redis:8; or use --image host',
    });
  }
  const tls = raw.tls === 'verify' || raw.tls === 'skip' ? raw.tls : '';
  return {
    image,
    imageRef: raw.imageRef ?? '',
    publish,
    network,
    subnet: raw.subnet ?? '',
    engine: raw.engine ?? '',
    certPath: raw.certPath ?? '',
    tls,
    redisServer: raw.redisServer ?? '',
  };
}

/** As strings to write down, without what is empty. */
export function writeSettings(settings: DockerSettings): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
}

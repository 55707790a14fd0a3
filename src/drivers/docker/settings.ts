import { isIP } from 'node:net';
import { usageError } from '../../errors.js';
import { DEFAULT_SETTINGS } from '../../model/drivers.js';
import { abbreviate } from '../../model/spec.js';

/**
 * The default image: the official image's tag for the newest Redis 8, so that a new cluster gets the latest fixes. It
 * runs unchanged as uid 999 on amd64 and arm64.
 */
const DEFAULT_IMAGE = 'redis:8';
/** `--image host`: build an image from this machine's own server binary. */
export const HOST_IMAGE = 'host';

/** The settings of the docker driver, given or chosen. They are stored with the cluster. No secrets. */
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
  /** Which engine: `unix:///var/run/docker.sock`, `tcp://host:2376`, `context:NAME`; empty: from the environment. */
  engine: string;
  /** Where the TLS files of a tcp engine are; empty: none, or from the context. */
  certPath: string;
  /** `verify`, `skip` or empty: plain. Only for a tcp engine. */
  tls: '' | 'verify' | 'skip';
  /** The binary for `--image host`; empty: from the environment, else from PATH. */
  redisServer: string;
}

/**
 * `redis`, `redis:8`, `registry:5000/team/redis@sha256:…`, or an image's id (distribution/reference). Anything
 * else never gets into the path of a request to the engine.
 */
const REFERENCE =
  /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Fills in the defaults. Throws usageError for an invalid value. */
export function readSettings(raw: Readonly<Record<string, string>>): DockerSettings {
  const network = raw.network || DEFAULT_SETTINGS.network;
  if (network !== 'bridge' && network !== 'host') {
    throw usageError('bad-network', `"${network}" is not a value of --network`, {
      hint: '--network bridge # or --network host',
    });
  }
  const publish = raw.publish || DEFAULT_SETTINGS.publish;
  if (isIP(publish) === 0) {
    throw usageError('bad-publish', `"${publish}" is not an IP address`, {
      hint: "--publish 127.0.0.1 # or the address of one of this machine's interfaces",
    });
  }
  const image = raw.image || DEFAULT_IMAGE;
  if (image.length > 255 || !(REFERENCE.test(image) || /^sha256:[0-9a-f]{64}$/.test(image))) {
    throw usageError('bad-image', `"${abbreviate(image)}" is not the name of an image`, {
      hint: '--image redis:8 # or a name such as valkey/valkey:8 or registry.example/redis:8, or host',
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

/** As strings to store, without the empty ones. */
export function writeSettings(settings: DockerSettings): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
}

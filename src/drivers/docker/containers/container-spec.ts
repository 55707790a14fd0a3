import type { ContainerCreateOptions } from 'dockerode';
import { containerName } from '../../../model/drivers.js';
import type { NodePlan } from '../../../model/plan.js';
import { type NodePaths, SAVING_GRACE_MS } from '../../provisioner.js';
import type { ImageFacts } from '../image/image.js';
import type { DockerSettings } from '../settings.js';
import { KIND_LABEL, networkName, nodeLabels } from './labels.js';

export const DATA_DIR = '/data';

/** A node's configuration as its server sees it, by the node's kind. */
export const confPath = (kind: string): string =>
  `${DATA_DIR}/${kind === 'sentinel' ? 'sentinel.conf' : 'redis.conf'}`;

/** Where a node's server sees its files. It logs to standard output, and the engine keeps that. */
export function pathsOf(node: NodePlan, settings: DockerSettings): NodePaths {
  return {
    dir: DATA_DIR,
    conf: confPath(node.kind),
    logfile: null,
    pidfile: null,
    bind: settings.network === 'host' ? '127.0.0.1' : '0.0.0.0',
  };
}

/**
 * What the engine is asked for. The image's entry point is passed over: it would start as root and change what is
 * asked for. No restart policy: a master without persistence that comes back empty inside down-after would empty
 * its replicas. No init process either: redis-server handles SIGTERM as pid 1 and reaps its own children.
 */
export function containerSpec(
  cluster: string,
  node: NodePlan,
  settings: DockerSettings,
  image: ImageFacts,
): ContainerCreateOptions {
  const port = `${node.endpoint.port}/tcp`;
  const { conf } = pathsOf(node, settings);
  const isSentinel = node.kind === 'sentinel';
  const isBridge = settings.network === 'bridge';
  const labels = nodeLabels(cluster, node.id);
  return {
    Image: image.ref,
    Entrypoint: [image.server],
    Cmd: isSentinel ? [conf, '--sentinel'] : [conf],
    User: `${image.owner.uid}:${image.owner.gid}`,
    WorkingDir: DATA_DIR,
    Labels: { ...labels, [KIND_LABEL]: node.kind },
    StopSignal: 'SIGTERM',
    StopTimeout: SAVING_GRACE_MS / 1000,
    // An image's own health check knows neither our port nor our password.
    Healthcheck: { Test: ['NONE'] },
    ...(isBridge && { ExposedPorts: { [port]: {} } }),
    HostConfig: {
      NetworkMode: isBridge ? networkName(cluster) : 'host',
      ...(isBridge && {
        PortBindings: { [port]: [{ HostIp: settings.publish, HostPort: String(node.endpoint.port) }] },
      }),
      RestartPolicy: { Name: 'no' },
      Init: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      Mounts: [
        {
          Type: 'volume',
          Source: containerName(cluster, node.id),
          Target: DATA_DIR,
          // The directory's owner comes with the configuration, so nothing needs to be copied from the image.
          VolumeOptions: { NoCopy: true, Labels: labels, DriverConfig: { Name: 'local', Options: {} } },
        },
      ],
    },
    ...(isBridge && {
      NetworkingConfig: {
        EndpointsConfig: {
          [networkName(cluster)]: { IPAMConfig: { IPv4Address: node.announce.host }, Aliases: [node.id] },
        },
      },
    }),
  };
}

import { isBeforeNames } from '../monitor-lines.js';
import type { FileServer } from '../project.js';
import { lastOf, type Monitor } from '../settings.js';

/**
 * Whether a sentinel that monitors a pod by its name keeps the address that the name had at its start: the next pod has
 * another one. Later sentinels have settings for names.
 */
export const keepsAddressOf = (node: FileServer, { server, host }: Monitor): boolean =>
  server.seen &&
  isBeforeNames(server) &&
  node.service?.pod?.name != null &&
  // A name of the pod itself: that of a Service may stay at its address.
  host.startsWith(`${node.service.pod.name}.`) &&
  lastOf(node, 'replica-announce-ip') === undefined;

/** What makes a sentinel keep names. */
export const STAYING_NAMES: readonly string[] = [
  'image: 6.2 or later, with:',
  'sentinel resolve-hostnames yes',
  'sentinel announce-hostnames yes',
];

/** Ownership is by label, never by name alone: others may use the same name. */
export const CLUSTER_LABEL = 'dev.sentinelctl.cluster';
export const NODE_LABEL = 'dev.sentinelctl.node';
export const KIND_LABEL = 'dev.sentinelctl.kind';
/** The layout; raised when a later release cannot work with the containers of an earlier one. */
const VERSION_LABEL = 'dev.sentinelctl.version';
const LAYOUT_VERSION = '1';
/** On short-lived containers created by sentinelctl that are not nodes. */
export const HELPER_LABEL = 'dev.sentinelctl.helper';
/** On images built from this machine's own binary. */
export const IMAGE_LABEL = 'dev.sentinelctl.image';

export type Labels = Readonly<Record<string, string>>;

export const clusterLabels = (cluster: string): Record<string, string> => ({
  [CLUSTER_LABEL]: cluster,
  [VERSION_LABEL]: LAYOUT_VERSION,
});

export const nodeLabels = (cluster: string, id: string): Record<string, string> => ({
  ...clusterLabels(cluster),
  [NODE_LABEL]: id,
});

export const networkName = (cluster: string): string => `sentinelctl-${cluster}`;

/** The engine's filter for what carries this cluster's name. */
export const ofCluster = (cluster: string): { label: string[] } => ({
  label: [`${CLUSTER_LABEL}=${cluster}`],
});
export const ofNode = (cluster: string, id: string): { label: string[] } => ({
  label: [`${CLUSTER_LABEL}=${cluster}`, `${NODE_LABEL}=${id}`],
});

export const isOwnedBy = (cluster: string, labels: Labels | null | undefined): boolean =>
  labels?.[CLUSTER_LABEL] === cluster;

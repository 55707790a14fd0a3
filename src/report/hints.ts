/** A sentinelctl command for this cluster: the default one needs no naming. */
export function command(words: string, cluster: string): string {
  return cluster === 'default' ? `sentinelctl ${words}` : `sentinelctl ${words} --cluster ${cluster}`;
}

/** The values of a claim in the order in which they are shown, and how early each may be left out. */
export const FIELDS: Record<
  'masters' | 'replicas' | 'sentinels',
  [key: string, title: string, drop: number][]
> = {
  masters: [
    ['master', 'MASTER', 0],
    ['configEpoch', 'EPOCH', 3],
    ['quorum', 'QUORUM', 5],
    ['replicas', 'REPLICAS', 4],
    ['otherSentinels', 'PEERS', 6],
    ['downAfterMs', 'DOWN-AFTER', 8],
    ['failoverTimeoutMs', 'FAILOVER-TIMEOUT', 9],
    ['flags', 'FLAGS', 2],
  ],
  replicas: [
    ['flags', 'FLAGS', 2],
    ['linkStatus', 'LINK', 0],
    ['follows', 'FOLLOWS', 3],
    ['priority', 'PRIORITY', 5],
    ['offset', 'OFFSET', 6],
  ],
  sentinels: [
    ['flags', 'FLAGS', 0],
    ['sentinelId', 'ID', 2],
  ],
};

/** A value as text; `-` where there is none. */
export const show = (value: string | number | null | undefined): string =>
  value === null || value === undefined || value === '' ? '-' : String(value);

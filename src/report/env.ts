/** What an application needs to find the cluster. */
export interface EnvResult {
  /** Addresses that this machine can reach, separated by commas. */
  REDIS_SENTINEL_ADDRS: string;
  REDIS_MASTER_NAME: string;
  /** The master's address, without a password; null while the sentinels report no master. */
  REDIS_URL: string | null;
  /** ioredis's option for clients that cannot reach the announced addresses. */
  natMap: Record<string, { host: string; port: number }> | null;
  needsPassword: boolean;
  /** Of a cluster with users: the application's user, at the data nodes and at the sentinels; null: the default one. */
  REDIS_USERNAME: string | null;
  REDIS_SENTINEL_USERNAME: string | null;
  /** The files with its password, and with the authority that signed the servers' certificates; null: none, or not known here. */
  REDIS_PASSWORD_FILE: string | null;
  REDIS_CA_FILE: string | null;
  format: 'dotenv' | 'export';
}

const ACCESS = ['REDIS_USERNAME', 'REDIS_SENTINEL_USERNAME', 'REDIS_PASSWORD_FILE', 'REDIS_CA_FILE'] as const;

/** As a dotenv file or, exported, for a shell's eval; comments in both. */
export function envText(env: EnvResult): string {
  const assign = (name: string, value: string): string =>
    env.format === 'export' ? `export ${name}='${value.replaceAll("'", `'\\''`)}'` : `${name}=${value}`;
  return [
    assign('REDIS_SENTINEL_ADDRS', env.REDIS_SENTINEL_ADDRS),
    assign('REDIS_MASTER_NAME', env.REDIS_MASTER_NAME),
    env.REDIS_URL === null
      ? '# REDIS_URL is not set: the sentinels report no master'
      : assign('REDIS_URL', env.REDIS_URL),
    ...ACCESS.flatMap((name) => {
      const value = env[name];
      return value === null ? [] : [assign(name, value)];
    }),
    ...(env.needsPassword ? ['# the cluster needs a password, which is not shown here'] : []),
    ...(env.natMap === null
      ? []
      : [
          '# This machine cannot reach the addresses that Sentinel announces. ioredis needs this option:',
          `# natMap: ${JSON.stringify(env.natMap)}`,
        ]),
  ].join('\n');
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is a variable in a file
import { altered, type Files, SOUND } from '../project-files.js';

export const [S1, S2, S3] = [
  'sentinel-1/sentinel.conf',
  'sentinel-2/sentinel.conf',
  'sentinel-3/sentinel.conf',
] as const;
export const [R1, R2, R3] = ['redis-1/redis.conf', 'redis-2/redis.conf', 'redis-3/redis.conf'] as const;
export const COMPOSE = 'docker-compose.yml';
export const MONITOR = 'sentinel monitor mymaster 172.28.0.11 6379 2';
/** The same change of several files. */
export const everywhere = (files: readonly string[], from: string, to: string): [string, string, string][] =>
  files.map((file) => [file, from, to]);

/** Sound files with one thing wrong, and what is found then. */
export interface Case {
  id: string;
  files: Files;
  severity: 'critical' | 'warning' | 'info';
  subject: string;
  /** `FILE:LINE`. */
  at: string;
  /** What else follows from it. */
  also?: string[];
  /** Written into these files, the finding must be gone: all lines of the fix, or so many. */
  write?: { into: readonly string[]; lines?: number };
}

/** The sound files with these changes: file, what is there, what is there instead. */
export const change = (...changes: [string, string, string][]): Files => altered(SOUND, ...changes);

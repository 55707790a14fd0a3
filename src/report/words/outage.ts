/**
 * How long an outage was: `text` where it ended, else what was measured of it. `recoveredMs`: when the client, or the last
 * one, was acknowledged again. `text` is plain, or markup.
 */
export const outageText = (text: string, recoveredMs: number | null, cutShort = false): string =>
  recoveredMs !== null ? text : cutShort ? `${AT_LEAST} ${text} (${STILL_OPEN})` : `over ${text}`;

export const AT_LEAST = 'at least';
export const STILL_OPEN = 'still open when it was interrupted';

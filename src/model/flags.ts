/** Whether a sentinel's flags of a server say that it is down. */
export const isDown = (flags: readonly string[]): boolean =>
  flags.includes('s_down') || flags.includes('o_down');

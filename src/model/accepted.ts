/** A risk that the operator accepts for one cluster: `doctor` says the reason instead of the findings. */
export interface Accepted {
  /** The check's. */
  id: string;
  because: string;
  /** The last day on which it holds, `2027-01-31`, in UTC; null: without an end. */
  until: string | null;
}

/** What a diagnosis made of it. */
export interface AcceptedRisk extends Accepted {
  /**
   * `muted`: its findings are not shown; `shown`: it is more than a risk now; `expired`: its last day has passed;
   * `not-found`: there was nothing to accept.
   */
  state: 'muted' | 'shown' | 'expired' | 'not-found';
  /** How many findings it has. */
  findings: number;
}

const DAY_MS = 86_400_000;

/** Whether a text is a day of the calendar: `2027-01-31`. */
export function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Whether its last day has passed; `nowMs` in milliseconds since 1970. */
export const hasExpired = ({ until }: Pick<Accepted, 'until'>, nowMs: number): boolean =>
  until !== null && nowMs >= Date.parse(`${until}T00:00:00Z`) + DAY_MS;

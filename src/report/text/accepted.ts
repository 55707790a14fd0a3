import type { AcceptedRisk } from '../../model/accepted.js';
import { count } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** `min-replicas, because one writer may lose a second, until 2027-01-31`. */
const reasonOf = ({ id, because, until }: AcceptedRisk): string =>
  `${id}, because ${because}${until === null ? '' : `, until ${until}`}`;

/** What became of each: for a list of all of them. */
function outcomeOf({ state, findings }: AcceptedRisk): string {
  if (state === 'muted') return `${count(findings, 'finding')} not shown`;
  if (state === 'shown') return 'shown: it is more than a risk now';
  return state === 'expired' ? 'expired: its findings are shown' : 'nothing found now';
}

/** `1 accepted: ID, because …, until …`, and which acceptances do not hold; `all`: each in a line of its own. */
export function acceptedLines(accepted: readonly AcceptedRisk[], view: View, all: boolean): string[] {
  const muted = accepted.filter(({ state }) => state === 'muted');
  const open = accepted.filter(({ state }) => state === 'expired' || state === 'shown');
  const lines = all
    ? [`${accepted.length} accepted`, ...accepted.map((one) => `  ${reasonOf(one)} (${outcomeOf(one)})`)]
    : [
        ...(muted.length === 0 ? [] : [`${muted.length} accepted: ${muted.map(reasonOf).join('; ')}`]),
        ...open.map((one) => `accepted, ${one.state}: ${reasonOf(one)}`),
      ];
  return lines.flatMap((line) => wrap(plain(line), lineWidth(view), 2)).map(themeOf(view).dim);
}

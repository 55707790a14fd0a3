import type { Finding } from '../../checks/check.js';
import { othersIn } from '../../checks/passed.js';
import { count } from '../../model/words.js';
import { wrap } from '../plain-text.js';
import { lineWidth, type View } from './theme.js';

/** Which of the counts `--strict` goes by. */
export function strictLines(others: readonly Finding[], view: View): string[] {
  const risks = othersIn(others).risks.length;
  const said =
    risks === 0 ? 'no risk; notes do not count' : `${count(risks, 'risk')}: exit code 1; notes do not count`;
  return wrap(`--strict: ${said}`, lineWidth(view), 2);
}

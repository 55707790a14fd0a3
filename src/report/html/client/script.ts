/**
 * What the page does by itself: trials as tabs, close-ups, one cursor over all lanes, tooltips by pointer and by
 * keyboard. Without it everything is still there to read. `scripts/client.mjs` puts it into the page as one script.
 */
import { closeUp, turnAxis } from './close-up.js';
import { around, byId, need } from './dom.js';
import { fitAll } from './fit.js';
import './keys.js';
import './every-page.js';
import { result } from './result.js';
import { select } from './tabs.js';

document.addEventListener('click', (event) => {
  const part = around(event, '.closer button');
  if (part !== null) closeUp(part);
  const axis = around(event, '.axis-kind');
  if (axis !== null) turnAxis(axis);
  const tab = around(event, '[role=tab]');
  if (tab !== null) select(tab);
});

addEventListener('resize', fitAll);
/** Before it prints, a browser still has the width of its window: what fits is measured at the width of the paper. */
for (const [event, isPrinting] of [
  ['beforeprint', true],
  ['afterprint', false],
] as const) {
  addEventListener(event, () => {
    document.documentElement.classList.toggle('printing', isPrinting);
    fitAll();
  });
}
fitAll();

const raw = need(byId('raw'));
need(raw.closest('details')).addEventListener('toggle', () => {
  if (raw.textContent === '') raw.textContent = JSON.stringify(result, null, 2);
});

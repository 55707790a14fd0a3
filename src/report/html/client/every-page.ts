/** What every page does: a command is copied by its button, and a time is also the reader's own. */
import { all, around, need } from './dom.js';

document.addEventListener('click', (event) => {
  const copy = around(event, '.copy');
  if (copy !== null) void copied(copy);
});

/** Puts the command before a button into the clipboard, and says so in the button. */
async function copied(button: HTMLElement): Promise<void> {
  const code = need(button.parentElement?.querySelector('code'));
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    button.textContent = 'Copied';
  } catch {
    // Without the right to the clipboard the text is selected, to be copied by hand.
    getSelection()?.selectAllChildren(code);
    button.textContent = 'Selected';
  }
}
for (const button of all('.copy')) button.hidden = false;

/** UTC is in the page; the reader's own time is added. */
for (const time of all<HTMLTimeElement>('time')) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  const local = at.toLocaleTimeString('en-GB', { timeZoneName: 'short' });
  if (/ (UTC|GMT)$/.test(local)) continue;
  // sv-SE writes a date as ISO 8601 does.
  const day = at.toLocaleDateString('sv-SE');
  const date = day === time.dateTime.slice(0, 10) ? '' : `${day} `;
  time.append(`, ${date}${local} here`);
}

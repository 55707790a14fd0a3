/**
 * What the page does by itself: trials as tabs, parts of the time axis, tooltips by pointer and by keyboard. Plain
 * script, run as it stands; without it everything is still there to read.
 */
export const SCRIPT = `(() => {
'use strict';
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const tip = document.getElementById('tip');
const HAS_TIP = '.track button, .track svg';

function showTip(target) {
  tip.textContent = target.getAttribute('aria-label');
  tip.hidden = false;
  const box = target.getBoundingClientRect();
  const frame = (target.closest('.scroller') || document.body).getBoundingClientRect();
  const middle = (Math.max(box.left, frame.left) + Math.min(box.right, frame.right)) / 2;
  const room = document.documentElement.clientWidth;
  const left = Math.min(Math.max(8, middle - tip.offsetWidth / 2), Math.max(8, room - tip.offsetWidth - 8));
  const above = box.top - tip.offsetHeight - 8;
  tip.style.left = left + 'px';
  tip.style.top = (above < 4 ? box.bottom + 8 : above) + 'px';
}
const hideTip = () => { tip.hidden = true; };
for (const [begin, end] of [['pointerover', 'pointerout'], ['focusin', 'focusout']]) {
  document.addEventListener(begin, (event) => {
    const target = event.target.closest(HAS_TIP);
    if (target) showTip(target);
  });
  document.addEventListener(end, hideTip);
}
// What has the focus is scrolled into sight by the browser: its words go with it, those of the pointer do not.
addEventListener('scroll', () => {
  const focused = document.activeElement && document.activeElement.closest(HAS_TIP);
  if (focused && !tip.hidden) showTip(focused);
  else hideTip();
}, { capture: true, passive: true });

// Within a lane the arrow keys go from thing to thing, so that Tab goes from lane to lane.
const ordered = (track) => all('button, svg', track).sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left);
for (const track of all('.track')) {
  const first = track.querySelector('button, svg');
  if (first) first.tabIndex = 0;
}
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hideTip();
  const tab = event.target.closest('[role=tab]');
  const thing = event.target.closest(HAS_TIP);
  const list = tab ? all('[role=tab]') : thing ? ordered(thing.closest('.track')) : [];
  const at = list.indexOf(tab || thing);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (at < 0 || next === undefined || !list[next]) return;
  event.preventDefault();
  list[at].tabIndex = -1;
  list[next].tabIndex = 0;
  list[next].focus();
  if (tab) select(list[next]);
});

// Labels beside marks: the more important first, and only where there is room.
function label(track) {
  const labels = all('em', track).sort((a, b) => a.dataset.rank - b.dataset.rank);
  const taken = labels.map((em) => em.parentElement).map((mark) => ({ mark, box: mark.firstElementChild.getBoundingClientRect() }));
  const edge = track.getBoundingClientRect().right;
  for (const em of labels) em.classList.remove('off', 'left');
  for (const em of labels) {
    let box = em.getBoundingClientRect();
    if (box.right > edge) {
      em.classList.add('left');
      box = em.getBoundingClientRect();
    }
    const mark = em.parentElement;
    const meets = (t) => t.mark !== mark && box.left < t.box.right + 4 && box.right > t.box.left - 4;
    if (taken.some(meets)) em.classList.add('off');
    else taken.push({ mark, box });
  }
}
// Texts that don't fit into their stretch are left out, rather than cut to half a word.
function fit(root) {
  for (const seg of all('.seg', root)) {
    const text = seg.firstElementChild;
    if (text) text.classList.toggle('off', text.scrollWidth > seg.clientWidth - 4);
  }
  for (const track of all('.sentinel .track', root)) label(track);
}

function zoom(button) {
  const trial = button.closest('.trial');
  const chart = trial.querySelector('.chart');
  const scroller = trial.querySelector('.scroller');
  const from = Number(button.dataset.from);
  const to = Number(button.dataset.to);
  const times = Math.min(200, Math.max(1, 100 / Math.max(0.1, to - from)));
  chart.style.setProperty('--zoom', times);
  chart.classList.toggle('near', times > 2.5);
  for (const other of all('.zooms button', trial)) other.setAttribute('aria-pressed', other === button);
  const track = chart.querySelector('.track');
  scroller.scrollLeft = (from / 100) * track.getBoundingClientRect().width;
  fit(trial);
}
document.addEventListener('click', (event) => {
  const part = event.target.closest('.zooms button');
  if (part) zoom(part);
  const tab = event.target.closest('[role=tab]');
  if (tab) select(tab);
});

function select(tab) {
  for (const other of all('[role=tab]')) {
    const on = other === tab;
    other.setAttribute('aria-selected', on);
    other.tabIndex = on ? 0 : -1;
    document.getElementById(other.getAttribute('aria-controls')).hidden = !on;
  }
  tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  fit(document.getElementById(tab.getAttribute('aria-controls')));
}
const named = () => document.getElementById(location.hash.replace('#trial-', 'tab-').slice(0, 40));
const asked = location.hash.startsWith('#trial-') ? named() : null;
if (asked) select(asked);

const refit = () => { for (const trial of all('.trial:not([hidden])')) fit(trial); };
addEventListener('resize', refit);
addEventListener('beforeprint', () => {
  for (const chart of all('.chart')) chart.style.setProperty('--zoom', 1);
  refit();
});
refit();

const raw = document.getElementById('raw');
raw.closest('details').addEventListener('toggle', () => {
  if (raw.textContent === '') raw.textContent = JSON.stringify(JSON.parse(document.getElementById('result').textContent), null, 2);
});
})();
`;

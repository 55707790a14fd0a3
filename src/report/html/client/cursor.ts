/** One cursor over all lanes of a trial, with the value of each at that moment. */
import { all, around, need } from './dom.js';
import { latency, perSecond, result, seconds } from './result.js';

export const shareOf = ({ dataset }: HTMLElement, ms: number): number =>
  Math.min(1, Math.max(0, (ms - Number(dataset.from)) / (Number(dataset.to) - Number(dataset.from))));

/** What a lane shows at a moment; empty where it shows nothing. */
function valueAt(lane: HTMLElement, chart: HTMLElement, ms: number): string {
  const client = result.trials[Number(chart.dataset.trial)]?.client;
  const name = lane.dataset.lane ?? '';
  const kind = lane.classList;
  const load = kind.contains('client') ? client?.clients.find((c) => c.id === name) : client?.overTime;
  if (load !== undefined && (kind.contains('client') || kind.contains('plot'))) {
    const bucket = Math.floor((ms - load.fromMs) / load.bucketMs);
    if (bucket < 0 || bucket >= load.ok.length) return '';
    if (name === 'latency')
      return `p50 ${latency(load.p50Ms?.[bucket])}, p99 ${latency(load.p99Ms?.[bucket])}`;
    const errors = load.errors[bucket] ?? 0;
    return `${perSecond(load.ok[bucket] ?? 0, load)}/s${errors > 0 ? `, ${perSecond(errors, load)} err/s` : ''}`;
  }
  const share = shareOf(chart, ms) * 100;
  const there = all('.track > .seg, .track > .lost', lane).filter((part) => {
    const left = Number.parseFloat(part.style.left);
    return share >= left && share <= left + Number.parseFloat(part.style.width);
  });
  const lost = there.filter((part) => part.classList.contains('lost')).map(countIn);
  return lost.length > 0
    ? `${lost.reduce((sum, n) => sum + n, 0).toLocaleString('en')} lost`
    : (there[0]?.textContent ?? '');
}

/** How many writes a stretch stands for: its words begin with their number. */
const countIn = (stretch: Element): number =>
  Number.parseInt((stretch.getAttribute('aria-label') ?? '').replaceAll(',', ''), 10) || 0;

/** Where the cursor stands, in milliseconds from the fault; null while there is none. */
export let cursorMs: number | null = null;

/** Puts the cursor of every chart of a trial at one moment, and shows beside each lane what it was then. */
export function point(trial: Element, ms: number): void {
  cursorMs = ms;
  for (const chart of all('.chart', trial)) {
    const isWithin = ms >= Number(chart.dataset.from) && ms <= Number(chart.dataset.to);
    const cursor = need(chart.querySelector<HTMLElement>('.cursor'));
    cursor.hidden = !isWithin;
    chart.classList.toggle('pointed', isWithin);
    if (!isWithin || chart.closest('[hidden]') !== null) continue;
    const share = shareOf(chart, ms);
    cursor.style.left = `${share * 100}%`;
    cursor.classList.toggle('right', share > 0.85);
    need(cursor.firstElementChild).textContent = seconds(ms);
    const values = all('.lane[data-lane]', chart).map((lane) => {
      const value = valueAt(lane, chart, ms);
      need(lane.querySelector('.now')).textContent = value === '' ? '–' : value;
      return value === '' ? '' : `${lane.dataset.lane} ${value}`;
    });
    const scrub = need(chart.querySelector<HTMLInputElement>('.scrub'));
    scrub.value = String(Math.round(ms));
    const said = values.filter((words) => words !== '').join('; ');
    scrub.setAttribute('aria-valuetext', `${seconds(ms)}: ${said}`);
  }
}

function unpoint(): void {
  cursorMs = null;
  for (const cursor of all('.cursor')) cursor.hidden = true;
  for (const chart of all('.chart.pointed')) chart.classList.remove('pointed');
}

for (const event of ['pointermove', 'pointerdown'] as const) {
  document.addEventListener(event, (at) => {
    const chart = around(at, '.chart');
    if (chart === null) return;
    const { left, width } = need(chart.querySelector('.track')).getBoundingClientRect();
    const share = (at.clientX - left) / width;
    if (share < 0 || share > 1) return;
    const [from, to] = [Number(chart.dataset.from), Number(chart.dataset.to)];
    point(need(chart.closest('.trial')), from + share * (to - from));
  });
}
for (const scrub of all<HTMLInputElement>('.scrub')) {
  scrub.addEventListener('input', () => {
    point(need(scrub.closest('.trial')), Number(scrub.value));
  });
}
for (const chart of all('.chart')) {
  chart.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') unpoint();
  });
}

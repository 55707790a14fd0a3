/** Close-ups of a trial's chart, and plots with another axis. */
import { cursorMs, point, shareOf } from './cursor.js';
import { all, byId, need } from './dom.js';
import { fitTexts } from './fit.js';

export function closeUp(button: HTMLElement): void {
  const trial = need(button.closest('.trial'));
  for (const other of all('.closer button', trial)) {
    const on = other === button;
    other.setAttribute('aria-pressed', String(on));
    need(byId(other.getAttribute('aria-controls') ?? '')).hidden = !on;
  }
  const chart = need(byId(button.getAttribute('aria-controls') ?? '')?.querySelector<HTMLElement>('.chart'));
  const whole = need(trial.querySelector<HTMLElement>('.chart'));
  const lens = need(whole.querySelector<HTMLElement>('.lens'));
  const [left, right] = [Number(chart.dataset.from), Number(chart.dataset.to)].map((ms) =>
    shareOf(whole, ms),
  );
  lens.style.left = `${(left ?? 0) * 100}%`;
  lens.style.width = `${((right ?? 0) - (left ?? 0)) * 100}%`;
  fitTexts(chart);
  if (cursorMs !== null) point(trial, cursorMs);
}

/** A plot with a linear or a logarithmic axis. */
export function turnAxis(button: HTMLElement): void {
  const isLog = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', String(isLog));
  for (const drawing of all('.drawing', need(button.closest('.lane'))))
    drawing.hidden = (drawing.dataset.axis === 'log') !== isLog;
}

/** What has no room is not shown: labels of marks, texts within segments, numbers on an axis. */
import { all, need } from './dom.js';

interface Placed {
  mark: HTMLElement;
  box: DOMRect;
}

/** Whether a box is nearer than `gap` to one of another mark. */
const meets = (mark: Element, box: DOMRect, taken: readonly Placed[], gap: number): boolean =>
  taken.some((t) => t.mark !== mark && box.left < t.box.right + gap && box.right > t.box.left - gap);

/** Shows marks and the labels beside them, the more important first; a mark without room becomes a dot. */
function label(track: Element): void {
  const marks = all('.mark:not(.minor)', track).sort(
    (a, b) => Number(a.dataset.rank) - Number(b.dataset.rank),
  );
  const edge = track.getBoundingClientRect().right;
  const taken: Placed[] = [];
  for (const mark of marks) {
    mark.classList.remove('dot');
    const box = need(mark.firstElementChild).getBoundingClientRect();
    const isTight = meets(mark, box, taken, 1);
    mark.classList.toggle('dot', isTight);
    if (!isTight) taken.push({ mark, box });
  }
  for (const mark of marks) {
    const em = mark.querySelector('em');
    if (em === null) continue;
    em.classList.remove('off', 'left');
    let box = em.getBoundingClientRect();
    if (box.right > edge) {
      em.classList.add('left');
      box = em.getBoundingClientRect();
    }
    if (mark.classList.contains('dot') || meets(mark, box, taken, 4)) em.classList.add('off');
    else taken.push({ mark, box });
  }
}

/** Hides texts that do not fit into their segment, rather than cutting a word in half. */
export function fitTexts(root: Element): void {
  for (const seg of all('.seg', root)) {
    const text = seg.firstElementChild;
    text?.classList.toggle('off', text.scrollWidth > seg.clientWidth - 4);
  }
  for (const track of all('.sentinel .track', root)) label(track);
  for (const axis of all('.axis .track', root)) thin(axis);
}

/** Numbers on the axis that would touch the one before them are not shown. */
function thin(axis: Element): void {
  let end = Number.NEGATIVE_INFINITY;
  const edge = axis.getBoundingClientRect().right;
  for (const tick of all('i', axis)) {
    tick.classList.remove('off');
    const { left, right } = tick.getBoundingClientRect();
    const isTight = left < end + 6 || right > edge;
    tick.classList.toggle('off', isTight);
    if (!isTight) end = right;
  }
}

export function fitAll(): void {
  for (const trial of all('.trial:not([hidden])')) fitTexts(trial);
}

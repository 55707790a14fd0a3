/** What has no room is not shown: labels of marks, texts within segments, numbers on an axis. */
import { all, need } from './dom.js';

interface Placed {
  mark: HTMLElement;
  box: DOMRect;
}

/** Whether a box is nearer than `gap` to one of another mark. */
const meets = (mark: Element, box: DOMRect, taken: readonly Placed[], gap: number): boolean =>
  taken.some((t) => t.mark !== mark && box.left < t.box.right + gap && box.right > t.box.left - gap);

/** Shows marks and the labels beside them, the more important first; one without room becomes a dot in the row below. */
function label(track: Element): void {
  separate(all('.mark', track));
  const marks = all('.mark:not(.minor)', track).sort(
    (a, b) => Number(a.dataset.rank) - Number(b.dataset.rank),
  );
  const frame = track.getBoundingClientRect();
  const taken: Placed[] = [];
  for (const mark of marks) {
    const box = moveInside(mark, frame);
    const isTight = meets(mark, box, taken, 1);
    mark.classList.toggle('dot', isTight);
    if (isTight) mark.style.translate = '';
    else taken.push({ mark, box });
  }
  for (const mark of marks) {
    const em = mark.querySelector('em');
    if (em === null) continue;
    em.classList.remove('off', 'left');
    let box = em.getBoundingClientRect();
    if (box.right > frame.right) {
      em.classList.add('left');
      box = em.getBoundingClientRect();
    }
    if (mark.classList.contains('dot') || meets(mark, box, taken, 4)) em.classList.add('off');
    else taken.push({ mark, box });
  }
  join(all('.mark.minor, .mark.dot', track));
}

/** Moves a mark whose sign would be cut at an edge of its track until all of it is seen; answers where the sign is then. */
function moveInside(mark: HTMLElement, frame: DOMRect): DOMRect {
  mark.style.translate = '';
  const sign = need(mark.firstElementChild);
  const { left, right } = sign.getBoundingClientRect();
  const px = Math.min(frame.right - right, 0) + Math.max(frame.left - left, 0);
  if (px !== 0) mark.style.translate = `${px}px`;
  return sign.getBoundingClientRect();
}

/** The words of a mark, before others were joined to it. */
const ownWords = new WeakMap<Element, string>();
/** What one digit of a number beside a dot takes, in pixels. */
const DIGIT = 7;

/** Every mark by itself again, with its own words. */
function separate(marks: readonly HTMLElement[]): void {
  for (const mark of marks) {
    if (!ownWords.has(mark)) ownWords.set(mark, mark.getAttribute('aria-label') ?? '');
    mark.setAttribute('aria-label', ownWords.get(mark) ?? '');
    mark.classList.remove('joined', 'dot');
    delete mark.dataset.count;
  }
}

/** Dots at one place become one, with their number and the words of all. */
function join(dots: readonly HTMLElement[]): void {
  const at = new Map<Element, DOMRect>();
  for (const dot of dots) at.set(dot, need(dot.firstElementChild).getBoundingClientRect());
  const left = (dot: Element): number => at.get(dot)?.left ?? 0;
  let group: HTMLElement[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const dot of [...dots].sort((a, b) => left(a) - left(b))) {
    const isNear = left(dot) < end + 2;
    group = isNear ? [...group, dot] : [dot];
    const [first = dot] = group;
    dot.classList.toggle('joined', isNear);
    end = (at.get(first)?.right ?? 0) + (isNear ? DIGIT * String(group.length).length : 0);
    if (isNear) first.dataset.count = String(group.length);
    first.setAttribute('aria-label', group.map(wordsIn).join('\n'));
  }
}

/** The lane's name is the first line of each: it is said once. */
const wordsIn = (dot: Element, i: number): string => {
  const words = ownWords.get(dot) ?? '';
  return i === 0 ? words : words.slice(words.indexOf('\n') + 1);
};

/** Hides texts that do not fit into their segment, rather than cutting a word in half. */
export function fitTexts(root: Element): void {
  for (const seg of all('.seg', root)) {
    const text = seg.firstElementChild;
    text?.classList.toggle('off', text.scrollWidth > seg.clientWidth - 4);
  }
  for (const track of all('.close .phases .track', root)) nameBelow(track);
  for (const track of all('.sentinel .track', root)) label(track);
  for (const axis of all('.axis .track', root)) thin(axis);
  for (const track of all('.loss .track, .client .track', root)) spread(track);
}

/** The sign of a stretch that would touch the one before it, or be cut at an edge, is not shown: the stretch itself is. */
function spread(track: Element): void {
  const frame = track.getBoundingClientRect();
  let end = Number.NEGATIVE_INFINITY;
  const signs = all('.lost > span', track).map((sign) => ({ sign, box: sign.getBoundingClientRect() }));
  for (const { sign, box } of signs.sort((a, b) => a.box.left - b.box.left)) {
    const isTight = box.left < end + 1 || box.left < frame.left || box.right > frame.right;
    sign.classList.toggle('off', isTight);
    if (!isTight) end = box.right;
  }
}

const APART_PX = 6;

/** Names of phases that do not fit into their stretch, each in the first row below in which it has room. */
function nameBelow(track: HTMLElement): void {
  const frame = track.getBoundingClientRect();
  const ends: number[] = [];
  for (const name of all('.phase-name', track)) {
    const seg = need(name.previousElementSibling);
    const isBelow = seg.firstElementChild?.classList.contains('off') === true;
    name.classList.toggle('off', !isBelow);
    if (!isBelow) continue;
    const box = seg.getBoundingClientRect();
    const isAtEnd = box.left + name.offsetWidth > frame.right;
    const left = (isAtEnd ? box.right - name.offsetWidth : box.left) - frame.left;
    name.classList.toggle('ends', isAtEnd);
    const free = ends.findIndex((end) => left > end + APART_PX);
    const row = free < 0 ? ends.length : free;
    ends[row] = left + name.offsetWidth;
    name.style.left = `${left}px`;
    name.style.setProperty('--row', String(row));
  }
  track.style.setProperty('--rows', String(ends.length));
}

/** Numbers on the axis that would touch the one before them, or be cut at an edge, are not shown. */
function thin(axis: Element): void {
  const { left: start, right: edge } = axis.getBoundingClientRect();
  let end = start - APART_PX;
  for (const tick of all('i', axis)) {
    tick.classList.remove('off');
    const { left, right } = tick.getBoundingClientRect();
    const isTight = left < end + APART_PX || right > edge;
    tick.classList.toggle('off', isTight);
    if (!isTight) end = right;
  }
}

export function fitAll(): void {
  for (const trial of all('.trial:not([hidden])')) fitTexts(trial);
}

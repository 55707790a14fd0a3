/**
 * Contrast by computed style (WCAG 2.1: relative luminance), as source for a page: what is transparent is laid over what is
 * behind it, each colour of a gradient counts, and on a track also the shade of the fault.
 */
const COLOURS = `
  const parse = (color) => {
    const parts = (color.match(/-?[\\d.]+(e-?\\d+)?/g) || []).map(Number);
    const scale = color.startsWith('color(srgb') ? 255 : 1;
    const [r = 0, g = 0, b = 0, alpha = 1] = parts;
    return color === 'transparent' || color === 'none' ? [0, 0, 0, 0] : [r * scale, g * scale, b * scale, alpha];
  };
  const over = ([r, g, b, alpha], below) => [r, g, b].map((c, i) => c * alpha + below[i] * (1 - alpha));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const stops = (image) => (image.match(/(rgba?|color)\\([^()]*\\)/g) || []).map(parse);
  const fault = parse(getComputedStyle(document.querySelector('.swatch.fault') ?? document.body).backgroundColor);
  /** Every colour that may be behind the content of an element. */
  const behind = (e) => {
    if (e === null) return [[255, 255, 255]];
    const style = getComputedStyle(e);
    const parent = behind(e.parentElement);
    const own = parse(style.backgroundColor);
    const plain = parent.map((below) => over(own, below));
    const drawn = stops(style.backgroundImage).flatMap((stop) => plain.map((below) => over(stop, below)));
    const all = drawn.length === 0 ? plain : drawn;
    return e.classList.contains('track') ? [...all, ...all.map((below) => over(fault, below))] : all;
  };
  const isSeen = (e) => e.getClientRects().length > 0 && e.checkVisibility({ visibilityProperty: true }) && e.closest('.off') === null;
  /** Against the background on which it shows least. */
  const least = (color, backgrounds) => Math.min(...backgrounds.map((below) => ratio(over(color, below), below)));
  const nameOf = (e) => e.tagName.toLowerCase() + '.' + (e.getAttribute('class') ?? '') + ' in ' + (e.parentElement?.getAttribute('class') ?? '') + ' "' + e.textContent.slice(0, 20) + '"';`;

/** Every text, of drawings too. */
export const TEXT_CONTRASTS = `() => {
  ${COLOURS}
  const hasText = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
  return [...document.querySelectorAll('main *')]
    // The sign of a small mark is cut to a line.
    .filter((e) => hasText(e) && isSeen(e) && e.closest('.mark.minor, .mark.dot') === null)
    .map((e) => {
      const style = getComputedStyle(e);
      const color = parse(e.closest('svg') === null ? style.color : style.fill);
      return { what: nameOf(e), ratio: least(color, behind(e)) };
    });
}`;

const SIGNS =
  '.seg, .band, .lens, .line, .rule, .swatch, .mark.minor > span, .mark.dot > span, .glyph.minor, .track .lost, .back, .phase-name';

/** Every stretch, line and mark by the colour that shows it best: its area, its pattern or its edge; of drawings, every shape but the grid. */
export const SIGN_CONTRASTS = `() => {
  ${COLOURS}
  const edges = (style) => ['Top', 'Right', 'Bottom', 'Left'].flatMap((side) =>
    parseFloat(style['border' + side + 'Width']) > 0 && style['border' + side + 'Style'] !== 'none' ? [parse(style['border' + side + 'Color'])] : []);
  const ofBox = (e) => {
    const style = getComputedStyle(e);
    return [parse(style.backgroundColor), ...stops(style.backgroundImage), ...edges(style)];
  };
  const ofShape = (e) => {
    const style = getComputedStyle(e);
    return [style.stroke, style.fill].map(parse).map(([r, g, b, alpha]) => [r, g, b, alpha * Number(style.opacity)]);
  };
  const measured = (e, colors, backgrounds) => ({ what: nameOf(e), ratio: Math.max(...colors.map((color) => least(color, backgrounds))) });
  const boxes = [...document.querySelectorAll('${SIGNS}')].filter((e) => isSeen(e));
  const shapes = [...document.querySelectorAll('main svg :is(path, circle, rect, line):not(.grid)')].filter((e) => isSeen(e));
  return [
    ...boxes.map((e) => measured(e, ofBox(e), behind(e.parentElement))),
    ...shapes.map((e) => measured(e, ofShape(e), behind(e.closest('svg')))),
  ];
}`;

/** Puts a stretch or a mark of each kind on the first track in sight of its lane. */
export const ALL_KINDS = `(kinds) => {
  for (const [lane, classes] of Object.entries(JSON.parse(kinds))) {
    const track = [...document.querySelectorAll('.chart .lane.' + lane + ' .track')].find((e) => e.getClientRects().length > 0);
    for (const kind of classes) {
      const button = document.createElement('button');
      button.className = kind;
      button.style.left = '30%';
      button.style.width = '20%';
      const text = document.createElement('span');
      text.textContent = kind;
      button.append(text);
      track.append(button);
    }
  }
}`;

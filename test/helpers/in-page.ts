/**
 * Questions that a test asks inside a page of the browser, as source: there the language has a document, here it has
 * none. Each is a function; its answer is plain data.
 */

/** Every measured number: where it says to stand in the JSON, what stands there, its value and its words. */
export const NUMBERS = `() => {
  const whole = JSON.parse(document.getElementById('result').textContent);
  return [...document.querySelectorAll('data')].map((element) => {
    const at = element.dataset.at;
    const keys = at.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const inJson = keys.reduce((part, key) => (part == null ? undefined : part[key]), whole);
    return { at, inJson, value: Number(element.value), text: element.textContent };
  });
}`;

export interface NumberShown {
  at: string;
  inJson: unknown;
  value: number;
  text: string;
}

/** The contrast of every text in sight with what is opaque behind it (WCAG 2.1: relative luminance). */
export const CONTRASTS = `(selector) => {
  const parts = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = parts(color).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      const alpha = parts(color)[3];
      if (alpha === undefined || alpha === 1) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length > 0).map((e) => {
    const a = luminance(getComputedStyle(e).color);
    const b = luminance(behind(e));
    const what = e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 20);
    return { what, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
  });
}`;

/** The contrast of lines and areas with what is behind them (WCAG 2.1: 1.4.11): property, selector by selector. */
export const LINE_CONTRASTS = `(wanted) => {
  const parts = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = parts(color).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const card = luminance(getComputedStyle(document.querySelector('.chart')).backgroundColor);
  return Object.entries(JSON.parse(wanted)).map(([selector, property]) => {
    const element = document.querySelector(selector);
    const color = element === null ? '' : getComputedStyle(element)[property];
    const a = luminance(color);
    return { what: selector + ' ' + color, ratio: (Math.max(a, card) + 0.05) / (Math.min(a, card) + 0.05) };
  });
}`;

/**
 * How wide the page is, the window that it is seen through, and what of the page is cut: at the window's edges, and texts
 * of a drawing and signs of a lane at its own.
 */
export const WIDTHS = `() => ({
  page: document.documentElement.scrollWidth,
  window: innerWidth,
  cut: [
    ...[...document.querySelectorAll('.ecdf text, .trial:not([hidden]) .axis .track i:not(.off)')].filter((e) => {
      const [box, drawing] = [e, e.closest('svg, .track')].map((one) => one.getBoundingClientRect());
      return box.width > 0 && (box.left < drawing.left - 1 || box.right > drawing.right + 1);
    }),
    ...[...document.querySelectorAll('.trial:not([hidden]) .track .mark:not(.minor, .dot) > span')].filter((e) => {
      const [box, track] = [e, e.closest('.track')].map((one) => one.getBoundingClientRect());
      return box.width > 0 && (box.left < track.left - 0.5 || box.right > track.right + 0.5);
    }),
    ...[...document.querySelectorAll('main *')]
      .filter((e) => e.closest('pre, details:not([open]), .bands') === null && e.getClientRects().length > 0)
      .filter((e) => {
        const box = e.getBoundingClientRect();
        return box.width > 0 && getComputedStyle(e).visibility !== 'hidden' && !e.classList.contains('off') && (box.left < -1 || box.right > innerWidth + 1);
      }),
  ].map((e) => e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + e.textContent.slice(0, 30)),
})`;

/** What can be used or has a role of its own, and has no name for a screen reader. */
export const NAMELESS = `() => {
  const nameOf = (e) => {
    const by = e.getAttribute('aria-labelledby');
    if (by !== null) return by.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join('');
    return e.getAttribute('aria-label') ?? e.querySelector(':scope > caption')?.textContent ?? e.textContent;
  };
  const wanted = 'button, a, input, summary, section, nav, table, [role=img], [role=group], [role=tablist], [role=tabpanel], [role=region]';
  return [...document.querySelectorAll(wanted)]
    .filter((e) => nameOf(e).trim() === '')
    .map((e) => e.outerHTML.slice(0, 100));
}`;

/** Marks and signs of the same lane that touch each other, texts beside them and what the sentinel reports, in every chart in sight. */
export const OVERLAPS = `() => [...document.querySelectorAll('.sentinel .track, .loss .track, .client .track')].flatMap((track) => {
  const shown = [...track.querySelectorAll('.mark > span, .mark em:not(.off), .belief, .lost > span:not(.off)')];
  const boxes = shown.filter((e) => e.getClientRects().length > 0).map((e) => ({ e, box: e.getBoundingClientRect() }));
  const isApart = (a, b, from, to) => a[from] >= b[to] - 0.5 || a[to] <= b[from] + 0.5;
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1)
      .filter((b) => a.e.parentElement !== b.e.parentElement)
      .filter((b) => !isApart(a.box, b.box, 'left', 'right') && !isApart(a.box, b.box, 'top', 'bottom'))
      .map((b) => a.e.textContent + ' and ' + b.e.textContent),
  );
})`;

/** Signs that something else is painted over, in the middle or at an edge. */
export const COVERED = `(selector) => [...document.querySelectorAll(selector)]
  .filter((sign) => sign.getClientRects().length > 0)
  .flatMap((sign) => {
    sign.scrollIntoView({ block: 'center' });
    const { left, right, top, bottom } = sign.getBoundingClientRect();
    const across = (top + bottom) / 2;
    return [left + 2, (left + right) / 2, right - 2]
      .map((x) => document.elementsFromPoint(x, across).map((e) => e.closest('.lost')).find((e) => e !== null))
      .filter((e) => e !== sign.parentElement)
      .map((e) => (e ? e.outerHTML : 'nothing').slice(0, 80));
  })`;

/** Texts within segments that are shown and do not fit into them. */
export const CUT_TEXTS = `() => [...document.querySelectorAll('.trial:not([hidden]) button.seg > span:not(.off)')]
  .filter((text) => text.getClientRects().length > 0 && text.textContent !== '' && text.scrollWidth > text.parentElement.clientWidth)
  .map((text) => text.textContent)`;

/** What each lane of a chart says at the cursor; a lane without a value says a dash. */
export const AT_CURSOR = `(chart) => [...document.querySelectorAll(chart + ' .lane[data-lane]')]
  .filter((lane) => lane.closest('details:not([open])') === null)
  .map((lane) => [lane.dataset.lane, lane.querySelector('.now').textContent])`;

/** A style of the element that has the focus, or of the body. */
export const STYLE_OF_FOCUSED = `(name) => getComputedStyle(document.activeElement)[name]`;
export const STYLE_OF_BODY = `(name) => getComputedStyle(document.body)[name]`;

/** The embedded result. */
export const EMBEDDED = `() => JSON.parse(document.getElementById('result').textContent)`;

/** Whether a text is XML, and what a reader of JUnit counts in it. */
export const READ_XML = `(xml) => {
  const read = new DOMParser().parseFromString(xml, 'application/xml');
  const error = read.querySelector('parsererror');
  return {
    error: error && error.textContent,
    cases: read.querySelectorAll('testcase').length,
    tests: Number(read.documentElement.getAttribute('tests')),
  };
}`;

/** The labels of axes that lie on their drawing, on words beside it, or beyond the chart. */
export const BAD_LABELS = `() => [...document.querySelectorAll('.tick-y')].flatMap((label) => {
  const at = label.getBoundingClientRect();
  if (at.width === 0) return [];
  const words = [...label.closest('.lane').querySelectorAll('.name > *')].map((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    return range.getBoundingClientRect();
  });
  const isOn = (r) => r.width > 0 && r.left < at.right && r.right > at.left && r.top < at.bottom && r.bottom > at.top;
  const isOut = at.left < label.closest('.chart').getBoundingClientRect().left;
  const drawing = label.closest('.drawing').getBoundingClientRect();
  return at.right > drawing.left + 0.5 || isOut || words.some(isOn) ? [label.textContent] : [];
})`;

/**
 * Texts of the charts in sight that another text lies on, or a line that runs through the lanes: one that is hidden
 * behind a text with a background of its own ends at it. Below a text the page must scroll, so this moves it.
 */
export const CROSSED = `() => {
  const seen = document.createElement('style');
  seen.textContent = '.chart, .chart * { pointer-events: auto !important; }';
  document.head.append(seen);
  const isSeen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden' && e.closest('.cursor') === null;
  const all = (selector, root) => [...root.querySelectorAll(selector)].filter(isSeen);
  const boxOf = (e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getBoundingClientRect();
  };
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
  });
  const isSome = (box) => box.right - box.left > 0.3 && box.bottom - box.top > 1;
  const isOpaque = (e) => /^rgb\\(/.test(getComputedStyle(e).backgroundColor);
  const wordsOf = (e) => e.className.toString() + ' ' + e.textContent.slice(0, 20);
  const TEXTS = '.axis i:not(.off), .fault-name, .group h4, .name > span, .name > small, .name > button, .seg > span:not(.off), .phase-name:not(.off), ' +
    '.mark:not(.minor, .dot) > span, .mark em:not(.off), .tick-y, .each > summary';
  const linesOf = (chart) => all('.line, .client .back', chart).map((e) => ({ e, box: e.getBoundingClientRect() })).concat(
    all('.lens, .band.fault', chart).flatMap((e) => {
      const box = e.getBoundingClientRect();
      const style = getComputedStyle(e);
      return [[box.left, parseFloat(style.borderLeftWidth), 0], [box.right, parseFloat(style.borderRightWidth), 1]]
        .filter(([, wide]) => wide > 0)
        .map(([at, wide, isRight]) => ({ e, box: { left: at - (isRight ? wide : 0), right: at + (isRight ? 0 : wide), top: box.top, bottom: box.bottom } }));
    }),
  );
  const ends = (text, line, at) => {
    text.scrollIntoView({ block: 'center' });
    const now = line.e.getBoundingClientRect();
    const box = meet(at(), { left: line.box.left, right: line.box.right, top: now.top, bottom: now.bottom });
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const stack = document.elementsFromPoint(x, y);
    const cover = stack.findIndex((e) => (e === text || e.contains(text) || text.contains(e)) && isOpaque(e) && e.closest('.lane, .group') !== null);
    return cover >= 0 && cover < stack.indexOf(line.e);
  };
  const found = all('.trial:not([hidden]) .chart', document).flatMap((chart) => {
    const texts = all(TEXTS, chart).map((e) => ({ e, box: boxOf(e) })).filter((t) => t.box.width > 0);
    const lines = linesOf(chart);
    const counts = all('.mark[data-count]', chart).filter((e) => !isOpaqueAfter(e));
    return [
      ...texts.flatMap((a, i) => texts.slice(i + 1)
        .filter((b) => !a.e.contains(b.e) && !b.e.contains(a.e) && isSome(meet(a.box, b.box)))
        .map((b) => wordsOf(a.e) + ' and ' + wordsOf(b.e))),
      ...texts.flatMap(({ e, box }) => lines
        .filter((line) => isSome(meet(box, line.box)) && !ends(e, line, () => boxOf(e)))
        .map((line) => wordsOf(e) + ' and the line ' + line.e.className)),
      ...counts.map((e) => 'the number ' + e.dataset.count + ' has no background'),
    ];
  });
  function isOpaqueAfter(e) {
    return /^rgb\\(/.test(getComputedStyle(e, '::after').backgroundColor);
  }
  seen.remove();
  scrollTo(0, 0);
  return found;
}`;

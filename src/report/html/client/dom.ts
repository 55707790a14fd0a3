/** How the page's own markup is found. */

export const all = <E extends Element = HTMLElement>(selector: string, root: ParentNode = document): E[] => [
  ...root.querySelectorAll<E>(selector),
];
export const byId = (id: string): HTMLElement | null => document.getElementById(id);

/** An element of the page's own markup. Throws where it is missing. */
export function need<T>(element: T | null | undefined): T {
  if (element === null || element === undefined) throw new Error('the page is damaged');
  return element;
}

/** The nearest element around an event's target that a selector fits. */
export function around<E extends Element = HTMLElement>(event: Event, selector: string): E | null {
  return event.target instanceof Element ? event.target.closest<E>(selector) : null;
}

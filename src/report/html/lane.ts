import { html } from './markup.js';

/** One lane: its name stays at the left while its track scrolls. `note` is said in small below the name. */
export function lane(kind: string, name: string, note: string, track: string): string {
  const small = note === '' ? '' : `<small>${html(note)}</small>`;
  return `<div class="lane ${kind}" data-lane="${html(name)}"><div class="name">${html(name)}${small}</div><div class="track">${track}</div></div>`;
}

/** A thing on a track that can be focused; its words are its tooltip too. */
export function stretch(kind: string, where: string, words: string, text: string): string {
  return `<button type="button" class="${kind}" style="${where}" tabindex="-1" aria-label="${html(words)}"><span>${html(text)}</span></button>`;
}

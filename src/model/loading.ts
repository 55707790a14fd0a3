import type { NodeAnswer } from './snapshot.js';

/** Whether a data node loads its data, and how far it is, by its INFO persistence. */
export function loadingIn(info: ReadonlyMap<string, string>): Pick<NodeAnswer, 'loading' | 'loaded'> {
  if (info.get('loading') !== '1') return { loading: false };
  return {
    loading: true,
    loaded: {
      percent: figure(info.get('loading_loaded_perc')),
      leftS: figure(info.get('loading_eta_seconds')),
    },
  };
}

/** Redis writes -1 where it does not know it. */
function figure(text: string | undefined): number | null {
  const number = Number.parseFloat(text ?? '');
  return number >= 0 ? number : null;
}

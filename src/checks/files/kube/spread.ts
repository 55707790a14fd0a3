import { at, itemsOf, type Tree, textOf } from '../compose/tree.js';
import { meansLabels, type Selector, selectorOf } from './objects.js';

/** What keeps the pods of a workload away from other pods. */
export interface Spread {
  /** The pods that each of its rules is about; null for a rule without a selector, which is about none (PodAffinityTerm v1). */
  rules: (Selector | null)[];
  line: number;
  /** Whether its nodes are chosen: `nodeName`, node affinity, or a `nodeSelector` of more than an operating system. */
  pinned: boolean;
}

export function spreadOf(spec: Tree): Spread {
  const anti = at(spec, 'affinity', 'podAntiAffinity');
  const spreads = at(spec, 'topologySpreadConstraints');
  const terms = [
    ...itemsOf(at(anti, 'requiredDuringSchedulingIgnoredDuringExecution')),
    ...itemsOf(at(anti, 'preferredDuringSchedulingIgnoredDuringExecution')).map((preferred) =>
      at(preferred, 'podAffinityTerm'),
    ),
    ...itemsOf(spreads),
  ];
  const chosen = at(spec, 'nodeSelector');
  return {
    rules: terms.map((term) => {
      const selector = at(term, 'labelSelector');
      return selector.kind === 'nothing' ? null : selectorOf(selector);
    }),
    line: anti.kind === 'nothing' ? spreads.line : anti.line,
    pinned:
      textOf(at(spec, 'nodeName')) !== null ||
      at(spec, 'affinity', 'nodeAffinity').kind !== 'nothing' ||
      (chosen.kind === 'map' &&
        [...chosen.entries.keys()].some((key) => !/^kubernetes\.io\/(os|arch)$/.test(key))),
  };
}

/** Whether one of its rules is about pods with these labels. */
export const keepsFrom = ({ rules }: Spread, labels: ReadonlyMap<string, string>): boolean =>
  rules.some((rule) => rule !== null && meansLabels(rule, labels));

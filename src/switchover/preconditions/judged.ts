import { command } from '../../model/hints.js';
import type { Precondition } from '../../observe/switchover-result.js';
import type { Look } from '../look.js';

export type Judged = Omit<Precondition, 'id'>;

export const holds = (evidence: string): Judged => ({ verdict: 'holds', evidence });

export const broken = (evidence: string, fix?: string): Judged => ({
  verdict: 'broken',
  evidence,
  ...(fix !== undefined && { fix }),
});

export const unknown = (evidence: string): Judged => ({ verdict: 'unknown', evidence });

export const ctl = ({ roles }: Look, words: string): string => command(words, roles.plan.spec.cluster);

export const nodesOf = ({ roles, answerOf }: Look) =>
  roles.nodes.map((node) => ({ node, answer: answerOf(node) }));

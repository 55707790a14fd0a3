import { type OperatorError, usageError } from '../errors.js';
import { ctl } from './hints.js';
import type { ClusterPlan } from './plan.js';

/** The error for a node that the plan does not have; `more` extends the list of its nodes. */
export const unknownNode = (plan: ClusterPlan, name: string, more = ''): OperatorError =>
  usageError('node-unknown', `cluster "${plan.spec.cluster}" has no node "${name.slice(0, 60)}"`, {
    hint: `${ctl({ own: plan.attached !== true, cluster: plan.spec.cluster }, 'status')} # its nodes: ${plan.nodes.map((n) => n.id).join(', ')}${more}`,
  });

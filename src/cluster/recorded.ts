import type { RecordedNode } from '../model/status.js';
import { surveyTarget } from './ask.js';
import type { Target } from './target.js';

/** The data nodes of a cluster as they were known before it is looked at. */
export function recordedNodes(target: Target): RecordedNode[] {
  if (target.kind === 'own')
    return surveyTarget(target.state.plan).nodes.flatMap(({ id, announce, file }) =>
      file === undefined ? [] : [{ id, announce, file }],
    );
  const { record } = target;
  if (record === null) return [];
  return record.servers
    .filter(({ kind }) => kind === 'redis')
    .map(({ id, announce, identity, conf }) => ({
      id,
      announce,
      ...(identity !== '' && { seen: { runId: identity, atMs: record.attachedAtMs } }),
      ...(conf && { file: conf }),
    }));
}

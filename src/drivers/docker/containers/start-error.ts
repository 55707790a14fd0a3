import { type OperatorError, refused, unreachable } from '../../../errors.js';
import type { NodePlan } from '../../../model/plan.js';
import type { EngineTarget } from '../engine/engine-target.js';
import { engineError, engineWords } from '../engine/errors.js';

/** Why a container did not start, in an operator's words. */
export function startError(error: unknown, target: EngineTarget, node: NodePlan['id']): OperatorError {
  const words = engineWords(error);
  // Bound by a process: "listen tcp4 127.0.0.1:6379: bind: address already in use"; published by another container:
  // "Bind for 127.0.0.1:6379 failed: port is already allocated".
  const port = /(?:listen tcp\d? |Bind for )\S*:(\d+)/i.exec(words)?.[1];
  if (port !== undefined && /already in use|already allocated/.test(words)) {
    return refused('port-taken', `port ${port}, wanted by ${node}, has been taken by somebody else`, {
      why: words,
      hint: `free it (who has it: ss -ltnp "sport = :${port}"), then sentinelctl start ${node}`,
      cause: error,
    });
  }
  if (/Address already in use/.test(words)) {
    return refused('address-taken', `the address of ${node} has been given to another container`, {
      why: words,
      hint: 'see docker network inspect, and disconnect the container that has it',
      cause: error,
    });
  }
  if (/executable file not found|no such file or directory/.test(words)) {
    return unreachable('image-unfit', `the image of ${node} holds no such server`, {
      why: words,
      hint: 'use --image redis:8, valkey/valkey:8 or host',
      cause: error,
    });
  }
  return engineError(error, target, `start ${node}`);
}

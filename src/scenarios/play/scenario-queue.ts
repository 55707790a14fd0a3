import type { ScenarioResult } from '../format/result.js';
import type { Scenario, Shape } from '../format/scenario.js';
import { shapeKey } from '../format/scenario.js';

/** Hands out scenarios: of the shape that a cluster is there for, else of the shape that most are left of. */
export type NextScenario = (shape: Shape | null) => Scenario | undefined;

/** `isOver`: whether no more are begun. */
export function scenarioQueue(todo: Scenario[], isOver: () => boolean): NextScenario {
  return (shape) => {
    if (isOver()) return undefined;
    const key = shape === null ? null : shapeKey(shape);
    const left = new Map<string, number>();
    for (const s of todo) left.set(shapeKey(s.shape), (left.get(shapeKey(s.shape)) ?? 0) + 1);
    const most = [...left].sort((a, b) => b[1] - a[1])[0]?.[0];
    const wanted = key !== null && left.has(key) ? key : most;
    const i = todo.findIndex((s) => shapeKey(s.shape) === wanted);
    return i < 0 ? undefined : todo.splice(i, 1)[0];
  };
}

/** Where results go, as they come. */
export type OnResult = (scenario: Scenario, result: ScenarioResult) => void;

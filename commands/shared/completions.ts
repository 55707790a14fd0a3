/** Names that a shell completes: loaded when Tab is pressed. */

export const faultNames = async (): Promise<string[]> =>
  (await import('../../src/faults/catalogue/index.js')).catalogue.map(({ name }) => name);

export const checkIds = async (): Promise<string[]> =>
  (await import('../../src/checks/index.js')).CHECKS.map(({ id }) => id);

/** Built-in scenarios, and files of one's own. */
export const scenarioNames = async (): Promise<string[]> => {
  const { builtIns } = await import('../../src/scenarios/play/built-ins.js');
  return [...(await builtIns()).map(({ name }) => name), ':files'];
};

/** What cli needs of a terminal, as `Interactive` describes it. */
export { menu } from './menu.js';
export { liveNodeChoices } from './node-choices.js';
export { promptsOn } from './prompts.js';
export { openScreen } from './screen.js';

import { recoverCommand } from './shared/recover-command.js';

export default recoverCommand('heal');

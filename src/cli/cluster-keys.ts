import type { CommandDef } from './command.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import type { OptionDef } from './option.js';
import { toSettable } from './parse.js';

/** Options of `attach` about that one run of it. */
const ONCE = ['print-acl', 'print-yaml', 'for', 'check', 'map-published'];
/** Options of every command that say which servers are meant and how they are asked. */
const REACHED_BY = [
  ...['sentinel-addrs', 'master-name', 'username', 'sentinel-username'],
  ...['password-file', 'sentinel-password-file'],
  ...['tls', 'ca', 'cert', 'key', 'server-name', 'insecure'],
];

const nameOf = (def: OptionDef): string => toSettable(def).name;

/** The options that an attached cluster in the project's file may have: those of `attach` that say what it is. */
export const clusterKeys = ({ options }: Pick<CommandDef, 'options'>): OptionDef[] => [
  ...GLOBAL_OPTIONS.filter((def) => REACHED_BY.includes(nameOf(def))),
  ...Object.values(options).filter((def) => !ONCE.includes(nameOf(def))),
];

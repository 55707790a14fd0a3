import type { Service } from '../../files/compose/service.js';
import type { Directive } from '../../files/conf.js';
import { isOwnAddress } from '../../files/settings.js';
import { OPEN, writtenText } from '../../files/shell/expand.js';

/** Text that only the running container knows, in place of a directive: it may be any one, or several. */
export const mayBeAny = ({ name }: Directive): boolean => name.includes(OPEN);

/** Whether the line says who the master is, or may do so, and only the running container knows. */
export const isVague = (line: Directive, { pod }: Service): boolean =>
  mayBeAny(line) ||
  (line.open === true &&
    (line.name === 'replicaof' ||
      (line.name === 'sentinel' &&
        line.args[0] === 'monitor' &&
        !(pod?.name != null && isOwnAddress(line.args[2] ?? '') && line.args.length === 5))));

export const shownVague = (line: Directive): string =>
  [...(mayBeAny(line) ? [writtenText(line.name)] : []), ...line.args].join(' ');

import { OPEN } from './expand.js';
import { isAbsent, type Machine, type Status } from './machine.js';
import { isAnswerToOther } from './master-answer.js';

const UNSET = new RegExp(`^${OPEN}\\$\\{?\\w+\\}?$`);

/** What `[ … ]`, `[[ … ]]` and `test` say; null where only the running container knows. */
export async function tested(machine: Machine, words: readonly string[]): Promise<Status> {
  const [name, ...rest] = words;
  const inside = name === 'test' ? rest : rest.slice(0, -1);
  // A variable that is not set here is taken as not set in the image either.
  return expression(
    machine,
    inside.map((word) => (UNSET.test(word) ? '' : word)),
  );
}

async function expression(machine: Machine, words: readonly string[]): Promise<Status> {
  const or = words.findIndex((w) => w === '||' || w === '-o');
  if (or > 0) {
    const [left, right] = [
      await expression(machine, words.slice(0, or)),
      await expression(machine, words.slice(or + 1)),
    ];
    return left === true || right === true ? true : left === null || right === null ? null : false;
  }
  const and = words.findIndex((w) => w === '&&' || w === '-a');
  if (and > 0) {
    const [left, right] = [
      await expression(machine, words.slice(0, and)),
      await expression(machine, words.slice(and + 1)),
    ];
    return left === false || right === false ? false : left === null || right === null ? null : true;
  }
  const [first, second, third] = words;
  if (first === '!') {
    const status = await expression(machine, words.slice(1));
    return status === null ? null : !status;
  }
  // Before any server runs, none answers PONG: files describe the first start.
  if (/^!?==?$/.test(second ?? '') && [first, third].includes('PONG') && words.some(isAnswer))
    return machine.again ? null : second === '!=';
  if (words.length === 2 && isFilledIn(second ?? ''))
    return first === '-n' ? true : first === '-z' ? false : null;
  if (/^!?==?$/.test(second ?? '') && isAnswerToOther(machine, first ?? '', third ?? ''))
    return second === '!=';
  if (words.some((w) => w.includes(OPEN))) return null;
  if (second === '=~' && third !== undefined) return matches(machine, first ?? '', third);
  if (words.length <= 1) return first !== undefined && first !== '';
  if (words.length === 2) return single(machine, first ?? '', second ?? '');
  if (words.length !== 3) return null;
  return binary(first ?? '', second ?? '', third ?? '');
}

/** What `redis-cli` prints. */
const isAnswer = (word: string): boolean => word.startsWith(OPEN) && /(redis|valkey)-cli/.test(word);

/** A value that a Secret or the pod itself fills in: it is there, whatever it is. */
const isFilledIn = (word: string): boolean => word.startsWith(`${OPEN}(`);

/** `[[ TEXT =~ PATTERN ]]`, which leaves what it found in BASH_REMATCH. */
function matches(machine: Machine, text: string, pattern: string): Status {
  try {
    const found = new RegExp(pattern).exec(text);
    found?.forEach((group, i) => {
      machine.env.set(`BASH_REMATCH[${i}]`, group);
    });
    return found !== null;
  } catch {
    return null;
  }
}

async function single(machine: Machine, operator: string, operand: string): Promise<Status> {
  if (operator === '-z') return operand === '';
  if (operator === '-n') return operand !== '';
  if (!/^-[efsdrwx]$/.test(operator)) return null;
  if (operator === '-w' && machine.isReadOnly(operand)) return false;
  if (!('why' in (await machine.read(operand)))) return true;
  // A directory, or what an image has, is not known.
  return (await isAbsent(machine, operand)) ? false : null;
}

function binary(left: string, operator: string, right: string): Status {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '-eq':
      return Number(left) === Number(right);
    case '-ne':
      return Number(left) !== Number(right);
    case '-gt':
      return Number(left) > Number(right);
    case '-ge':
      return Number(left) >= Number(right);
    case '-lt':
      return Number(left) < Number(right);
    case '-le':
      return Number(left) <= Number(right);
    default:
      return null;
  }
}

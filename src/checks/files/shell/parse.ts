import { BadScript, type HereDocument, lex, type Token } from './lex.js';

export interface Redirect {
  /** `>`, `>>`, `<`, `<<<`, or `<<`. */
  operator: string;
  /** The file, or the text of `<<<`, as it is written. */
  target: string;
  here?: HereDocument;
}

export interface Simple {
  kind: 'simple';
  words: string[];
  redirects: Redirect[];
  line: number;
}

export interface Loop {
  kind: 'loop';
  /** `for`, `while` or `until`. */
  word: string;
  /** The variable of `for NAME in WORD…`, and its words as they are written; null for other loops. */
  over: { name: string; words: string[] } | null;
  condition: Step[];
  body: Step[];
  line: number;
}

/** A command of a script. */
export type Command = (
  | Simple
  | { kind: 'if'; branches: { condition: Step[]; body: Step[] }[]; otherwise: Step[]; line: number }
  | Loop
  | { kind: 'case'; word: string; arms: { patterns: string[]; body: Step[] }[]; line: number }
  | { kind: 'group'; body: Step[]; line: number; isSubshell?: true }
  | { kind: 'function'; name: string; body: Step[]; line: number }
) & { redirects?: Redirect[] };

/** A pipeline, and on what of the one before it depends. */
export interface Step {
  when: 'always' | 'and' | 'or';
  pipeline: Command[];
  background: boolean;
}

/** Takes a script apart (POSIX shell, 2.9). Throws BadScript for what it does not understand. */
export function parseScript(script: string): Step[] {
  const tokens = lex(script);
  let at = 0;
  const peek = (): Token | undefined => tokens[at];
  const isOperator = (...raws: string[]): boolean =>
    peek()?.kind === 'operator' && raws.includes(peek()?.raw ?? '');
  const isWord = (...raws: string[]): boolean => peek()?.kind === 'word' && raws.includes(peek()?.raw ?? '');
  const take = (): Token => {
    const token = tokens[at++];
    if (token === undefined) throw new BadScript('the script ends within a command');
    return token;
  };
  const expect = (raw: string): void => {
    const token = take();
    if (token.raw !== raw) throw new BadScript(`${raw} is missing before ${token.raw}`);
  };
  const skipEnds = (): void => {
    while (isOperator('\n', ';')) at++;
  };

  function list(...ends: string[]): Step[] {
    const steps: Step[] = [];
    let when: Step['when'] = 'always';
    for (;;) {
      skipEnds();
      if (peek() === undefined || isWord(...ends) || isOperator(...ends)) return steps;
      const step: Step = { when, pipeline: [command()], background: false };
      while (isOperator('|')) {
        at++;
        skipEnds();
        step.pipeline.push(command());
      }
      steps.push(step);
      when = 'always';
      if (isOperator('&&', '||')) when = take().raw === '&&' ? 'and' : 'or';
      else if (isOperator('&')) {
        at++;
        step.background = true;
      }
    }
  }

  function command(): Command {
    const first = peek();
    if (first === undefined) throw new BadScript('the script ends within a command');
    const made = compound(first);
    if (made === undefined) return simple(first.line);
    const redirects: Redirect[] = [];
    while (redirectInto(redirects));
    return { ...made, redirects };
  }

  function compound(first: Token): Command | undefined {
    const { line } = first;
    if (first.kind === 'operator') {
      if (first.raw !== '(') throw new BadScript(`unexpected ${first.raw}`);
      at++;
      const body = list(')');
      expect(')');
      return { kind: 'group', body, line, isSubshell: true };
    }
    if (isWord('{')) {
      at++;
      const body = list('}');
      expect('}');
      return { kind: 'group', body, line };
    }
    if (isWord('if')) return conditional(line);
    if (isWord('while', 'until', 'for')) return loop(line);
    if (isWord('case')) return choice(line);
    const isFunction = tokens[at + 1]?.raw === '(' && tokens[at + 2]?.raw === ')';
    if (!isFunction && first.raw !== 'function') return undefined;
    if (first.raw === 'function') at++;
    const name = take().raw;
    if (isOperator('(')) {
      at++;
      expect(')');
    }
    skipEnds();
    const body = command();
    return { kind: 'function', name, body: body.kind === 'group' ? body.body : [], line };
  }

  function conditional(line: number): Command {
    const branches: { condition: Step[]; body: Step[] }[] = [];
    do {
      at++;
      const condition = list('then');
      expect('then');
      branches.push({ condition, body: list('elif', 'else', 'fi') });
    } while (isWord('elif'));
    const hasElse = isWord('else');
    if (hasElse) at++;
    const otherwise = hasElse ? list('fi') : [];
    expect('fi');
    return { kind: 'if', branches, otherwise, line };
  }

  function loop(line: number): Command {
    const word = take().raw;
    const over = word === 'for' ? forWords() : null;
    const condition = word === 'for' ? [] : list('do');
    skipEnds();
    expect('do');
    const body = list('done');
    expect('done');
    return { kind: 'loop', word, over, condition, body, line };
  }

  /** `for NAME in WORD…`; null for one that counts, or goes over the arguments. */
  function forWords(): Loop['over'] {
    const name = isWord('do') ? undefined : take();
    while (isOperator('\n')) at++;
    const isOver = name?.kind === 'word' && isWord('in');
    if (isOver) at++;
    const words: string[] = [];
    for (; peek() !== undefined && !isWord('do'); at++) {
      if (peek()?.kind === 'word') words.push(peek()?.raw ?? '');
      else if (!isOperator('\n', ';')) return skipTo();
    }
    return isOver ? { name: name.raw, words } : null;
  }

  function skipTo(): null {
    while (peek() !== undefined && !isWord('do')) at++;
    return null;
  }

  function choice(line: number): Command {
    at++;
    const word = take().raw;
    skipEnds();
    expect('in');
    const arms: { patterns: string[]; body: Step[] }[] = [];
    for (skipEnds(); !isWord('esac'); skipEnds()) {
      if (isOperator('(')) at++;
      const patterns = [take().raw];
      while (isOperator('|')) {
        at++;
        patterns.push(take().raw);
      }
      expect(')');
      arms.push({ patterns, body: list(';;', 'esac') });
      if (isOperator(';;')) at++;
    }
    expect('esac');
    return { kind: 'case', word, arms, line };
  }

  function simple(line: number): Simple {
    const made: Simple = { kind: 'simple', words: [], redirects: [], line };
    for (;;) {
      const token = peek();
      if (token?.kind === 'word') {
        if (token.descriptor === true) {
          at++;
          const discarded: Redirect[] = [];
          redirectInto(token.raw === '1' ? made.redirects : discarded);
          continue;
        }
        at++;
        made.words.push(token.raw);
      } else if (!redirectInto(made.redirects)) break;
    }
    if (made.words.length === 0 && made.redirects.length === 0)
      throw new BadScript(`unexpected ${peek()?.raw}`);
    return made;
  }

  function redirectInto(redirects: Redirect[]): boolean {
    const token = peek();
    if (token?.kind !== 'operator') return false;
    if (token.raw === '<<') {
      at++;
      redirects.push({ operator: '<<', target: '', ...(token.here && { here: token.here }) });
      return true;
    }
    if (!/^(>>?|>\||<|<<<|>&|<&|&>)$/.test(token.raw)) return false;
    at++;
    const target = take().raw;
    if (/&/.test(token.raw)) return true;
    redirects.push({ operator: token.raw === '>|' ? '>' : token.raw, target });
    return true;
  }

  const steps = list();
  if (peek() !== undefined) throw new BadScript(`unexpected ${peek()?.raw}`);
  return steps;
}

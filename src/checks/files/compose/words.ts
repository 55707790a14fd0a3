/** Splits as a POSIX shell does, without expanding anything: blanks, both quotes, backslashes. */
export function shellWords(text: string): string[] {
  return tokens(text)
    .filter((t) => t.operator === false)
    .map((t) => t.text);
}

interface Token {
  text: string;
  operator: boolean;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let word: string | null = null;
  const end = (): void => {
    if (word !== null) found.push({ text: word, operator: false });
    word = null;
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "'" || char === '"') {
      const [inside, last] = quoted(text, i);
      word = (word ?? '') + inside;
      i = last;
    } else if (char === '\\') {
      i++;
      if (text.charAt(i) !== '\n') word = (word ?? '') + text.charAt(i);
    } else if (/[;&|\n]/.test(char)) {
      end();
      found.push({ text: char, operator: true });
    } else if (/\s/.test(char)) end();
    else word = (word ?? '') + char;
  }
  end();
  return found;
}

/** What a quote holds, and where it is closed. */
function quoted(text: string, start: number): [inside: string, end: number] {
  const quote = text.charAt(start);
  let inside = '';
  for (let i = start + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === quote) return [inside, i];
    if (char === '\\' && quote === '"' && /["\\$`\n]/.test(text.charAt(i + 1))) {
      i++;
      if (text.charAt(i) !== '\n') inside += text.charAt(i);
    } else inside += char;
  }
  return [inside, text.length];
}

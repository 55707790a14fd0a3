import type { Document, Pair, YAMLMap } from 'yaml';

/** A place in a file, both from 1. */
export interface Place {
  line: number;
  column: number;
}

/** Text that is not YAML: why, and where. */
export class BadYaml extends Error {
  constructor(
    readonly place: Place,
    message: string,
  ) {
    super(message);
  }
}

export interface PlacedDocument {
  document: Document.Parsed;
  /** Where a node, or an offset, is; the file's beginning for what is in no file. */
  placeOf(at: unknown): Place;
  /** The library, to look into the document with. */
  yaml: typeof import('yaml');
}

/**
 * Parses YAML and keeps the place of each node. Aliases and merge keys are left as they are, and with `twice` keys that
 * a map has twice. Loads the library, which no command needs that reads no YAML. Throws BadYaml for the first error:
 * the others follow from it.
 */
export async function readYaml(text: string, { twice = false } = {}): Promise<PlacedDocument> {
  const yaml = await import('yaml');
  const counter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: !twice,
  });
  const placeOf = (at: unknown): Place => {
    const offset = typeof at === 'number' ? at : (at as { range?: readonly number[] } | null)?.range?.[0];
    if (offset === undefined) return { line: 1, column: 1 };
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const why = error.code === 'DUPLICATE_KEY' ? twiceWords(error.pos[0]) : undefined;
    throw new BadYaml(placeOf(error.pos[0]), why ?? error.message);
  }
  return { document, placeOf, yaml };

  /** Which key is at a place for the second time, and where it is for the first. */
  function twiceWords(at: number): string | undefined {
    let found: string | undefined;
    yaml.visit(document, {
      Map(_, { items }: YAMLMap) {
        const keys = (items as Pair[]).map(({ key }) => (yaml.isScalar(key) ? key : null));
        const again = keys.find((key) => key?.range?.[0] === at);
        const first = again && keys.find((key) => key?.value === again.value);
        if (!again || !first) return undefined;
        found = `the key "${again.value}" is in line ${placeOf(first).line} already`;
        return yaml.visit.BREAK;
      },
    });
    return found;
  }
}

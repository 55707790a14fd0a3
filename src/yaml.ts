import type { Document } from 'yaml';

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
 * Parses YAML and keeps the place of each node. Aliases and merge keys are left as they are. Loads the library, which
 * no command needs that reads no YAML. Throws BadYaml for the first error: the others follow from it.
 */
export async function readYaml(text: string): Promise<PlacedDocument> {
  const yaml = await import('yaml');
  const counter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const placeOf = (at: unknown): Place => {
    const offset = typeof at === 'number' ? at : (at as { range?: readonly number[] } | null)?.range?.[0];
    if (offset === undefined) return { line: 1, column: 1 };
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) throw new BadYaml(placeOf(error.pos[0]), error.message);
  return { document, placeOf, yaml };
}

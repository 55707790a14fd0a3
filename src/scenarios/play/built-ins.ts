import { readdir, readFile } from 'node:fs/promises';
import { usageError } from '../../errors.js';
import { catalogue } from '../../faults/catalogue/index.js';
import { parseScenario } from '../format/parse.js';
import type { Scenario } from '../format/scenario.js';
import { checkFile } from './check-file.js';

/** From src/scenarios/play in a checkout, from dist/src/scenarios/play once compiled file by file. */
const PLACES = ['../../../scenarios/', '../../../../scenarios/'];

/**
 * The scenarios that come with sentinelctl, by name. The bundled command line has their JSON in place of this module
 * (scripts/bundle.mjs), so that it needs neither the YAML files nor a parser for them.
 */
export async function builtIns(): Promise<Scenario[]> {
  const faults = catalogue.map((f) => f.name);
  for (const place of PLACES) {
    const directory = new URL(place, import.meta.url);
    const files = (await readdir(directory).catch(() => [])).filter((f) => f.endsWith('.yaml')).sort();
    // src/ has a room of the same name, with code in it.
    if (files.length === 0) continue;
    return Promise.all(
      files.map(async (file) => {
        const text = await readFile(new URL(file, directory), 'utf8');
        return parseScenario(text, `built-in ${file}`, faults, checkFile);
      }),
    );
  }
  throw usageError('no-scenarios', 'the scenarios that come with sentinelctl are missing', {
    hint: 'install the package again',
  });
}

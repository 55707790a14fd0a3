/** Whether a text is a Kubernetes manifest, one or several documents. */
export const isManifest = (text: string): boolean => /^apiVersion:\s/m.test(text) && /^kind:\s/m.test(text);

/** What a manifest is, and which option reads it. */
export function manifestWords(file: string, text: string): string {
  const kinds = [...new Set([...text.matchAll(/^kind:\s*(\w+)/gm)].map(([, kind]) => kind))].join(', ');
  return `${file} is a Kubernetes manifest (${kinds}), not a file of Redis or Sentinel: sentinelctl doctor --kube ${file}`;
}

/** Why a file that was given as a configuration is none; null where it is one. */
export function otherThanConf(file: string, text: string): string | null {
  if (isManifest(text)) return manifestWords(file, text);
  if (/\.(j2|jinja2?|erb|tpl|tmpl|template)$/.test(file) || /^[^#\n]*(\{\{.*\}\}|\{%)/m.test(text))
    return `${file} is a template: give the file that is made from it`;
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  const yaml = lines.filter((line) => /^\s*(- )?[\w."'-]+:(\s|$)/.test(line));
  // No directive of Redis or Sentinel ends with a colon.
  return lines.length > 0 && yaml.length * 2 > lines.length
    ? `${file} is YAML, not a configuration of Redis or Sentinel`
    : null;
}

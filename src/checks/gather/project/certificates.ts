import { X509Certificate } from 'node:crypto';
import type { Directive } from '../../files/conf.js';
import type { Certificate } from '../../files/project.js';
import type { Content } from '../../files/shell/machine.js';

const FILES = /^tls-(cert|client-cert|ca-cert)-file$/;

/** The certificates that a configuration names, as far as their files can be read here. Never throws. */
export async function certificatesOf(
  directives: readonly Directive[],
  read: (path: string) => Promise<Content>,
): Promise<Certificate[]> {
  const found: Certificate[] = [];
  for (const { name, args, file, line, open } of directives) {
    const [path] = args;
    if (!FILES.test(name) || !path || open === true) continue;
    const content = await read(path);
    if ('why' in content) continue;
    const validToMs = endOf(content.segments.map((s) => s.text).join(''));
    if (validToMs !== null) found.push({ name, path, validToMs, at: { file, line } });
  }
  return found;
}

/** When the first certificate of a file ends, in ms since 1970; null where the file has none. */
function endOf(pem: string): number | null {
  try {
    const end = Date.parse(new X509Certificate(pem).validTo);
    return Number.isNaN(end) ? null : end;
  } catch {
    return null;
  }
}

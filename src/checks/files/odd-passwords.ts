import { listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import { isBitnami } from './compose/bitnami.js';
import type { Directive } from './conf.js';
import type { FileGroup } from './groups.js';
import { comparePasswords, settingLine, unknownEqual } from './logins.js';
import type { FileServer, Project } from './project.js';
import { lastOf, passwordLine, place, sentinelLine, settingOf, shownAt } from './settings.js';

/** A password that another server sends to a data node. */
interface Sent {
  by: FileServer;
  line: Directive;
}

/**
 * Data nodes whose requirepass no sentinel sends, while another data node has the one that they send. Where no sentinel
 * has a password, the masterauth of the other data nodes says the same. `missing`: what cannot be compared.
 */
export function oddPasswords(
  group: FileGroup,
  project: Project,
): { odd: ReadonlySet<FileServer>; found: RawFinding[]; missing: string[] } {
  const isPlain = ({ directives }: FileServer): boolean =>
    !directives.some(({ name }) => name === 'user' || name === 'aclfile');
  // A line with more words is rejected: conf-syntax.
  const asking = group.nodes.filter((node) => passwordLine(node)?.args.length === 1 && isPlain(node));
  const bySentinels = sentBySentinels(group);
  const byNodes = group.nodes.flatMap((by): Sent[] => {
    const line = lastOf(by, 'masterauth');
    return line?.args[0] && settingOf(by, 'masteruser') === undefined ? [{ by, line }] : [];
  });
  const how = (node: FileServer, { line }: Sent) => {
    const asked = passwordLine(node);
    return asked === undefined ? 'unknown' : comparePasswords(line, asked, project);
  };
  const sentTo = (node: FileServer): Sent[] =>
    bySentinels.length > 0 ? bySentinels : byNodes.filter(({ by }) => by !== node);
  // Of two nodes alone, either may be the odd one.
  if (bySentinels.length === 0 && group.nodes.length < 3) return { odd: new Set(), found: [], missing: [] };
  const isTaken = (node: FileServer): boolean => sentTo(node).some((sent) => how(node, sent) === 'same');
  const others = asking.some(isTaken) ? asking.filter((node) => !isTaken(node)) : [];
  const odd = others.filter((node) => sentTo(node).every((sent) => how(node, sent) === 'different'));
  const found = odd.map((node) => {
    const refused = byNodes.filter((sent) => sent.by !== node && how(node, sent) === 'different');
    return oddOne(node, group, bySentinels, refused);
  });
  const missing = others.flatMap((node) => {
    const [asked, unknown] = [passwordLine(node), sentTo(node).find((sent) => how(node, sent) === 'unknown')];
    if (asked === undefined || unknown === undefined) return [];
    const what = bySentinels.length > 0 ? `auth-pass of ${group.name}` : 'masterauth';
    return [unknownEqual(unknown.by, what, unknown.line, node, asked)];
  });
  return { odd: new Set(odd), found, missing };
}

/** As the default user: another one has a password of its own. */
function sentBySentinels({ monitors, name }: FileGroup): Sent[] {
  return monitors.flatMap(({ server }): Sent[] => {
    const line = sentinelLine(server, 'auth-pass', name ?? undefined);
    const user = sentinelLine(server, 'auth-user', name ?? undefined);
    return line === undefined || user !== undefined ? [] : [{ by: server, line }];
  });
}

function oddOne(
  node: FileServer,
  { name, nodes }: FileGroup,
  bySentinels: readonly Sent[],
  refused: readonly Sent[],
): RawFinding {
  const [auth] = bySentinels;
  const from = [
    ...(auth === undefined ? [] : [`auth-pass of ${name} (${shownAt(auth.line)})`]),
    ...(refused.length === 0 ? [] : [`masterauth of ${listed(refused.map(({ by }) => by.id))}`]),
  ];
  const asked = passwordLine(node);
  const image = node.service?.image ?? null;
  const variable = `${/valkey/i.test(image ?? '') ? 'VALKEY' : 'REDIS'}_PASSWORD`;
  const same = 'the password of all data nodes';
  return {
    subject: node.id,
    message: `requirepass of ${node.id} differs from ${from.join(' and from ')}`,
    consequence:
      'the sentinels cannot log in to it and call it down: as a replica it is never promoted; and once it is the master, no other data node gets a link to it',
    fix: [
      `# requirepass and masterauth must be the same at ${listed(nodes.map(({ id }) => id))}:`,
      ...(isBitnami(image) ? [`${variable}=<${same}>`] : [settingLine(node, `requirepass <${same}>`)]),
    ],
    ...(asked !== undefined && { at: place(asked) }),
  };
}

import { listed } from '../../model/words.js';
import type { RawFinding, Skip } from '../check.js';
import { halfPasswords, openMaster } from '../files/half-passwords.js';
import { judgeNodeGroups, merged } from '../files/judge.js';
import type { UnstartedFile } from '../files/kube/manifests.js';
import { loginFinding } from '../files/node-login.js';
import { oddPasswords } from '../files/odd-passwords.js';
import type { Project } from '../files/project.js';
import { asksForPassword, followsOf, lastOf, passwordLine, place } from '../files/settings.js';
import { judged } from '../group.js';

/** What configuration files show of it. */
export function masterauthFiles(project: Project): RawFinding[] | Skip {
  const unstarted = merged((project.kube?.unstarted ?? []).flatMap(withoutAnswer));
  const missing: string[] = [];
  const found = judgeNodeGroups(project, (group) => {
    const { name, nodes } = group;
    const open = openMaster(group);
    if (open !== null) return [open];
    const { odd, found: differing, missing: unknown } = oddPasswords(group, project);
    missing.push(...unknown);
    const asking = nodes.find((node) => asksForPassword(node) && !odd.has(node));
    const [first, ...others] = nodes;
    // One server that follows none, and that no sentinel monitors here, has no master to log in to.
    const isAlone = name === null && others.length === 0 && first !== undefined && followsOf(first) === null;
    if (asking === undefined || isAlone) return [];
    const half = halfPasswords(nodes);
    return [
      ...differing,
      ...(half === null ? [] : [half.found]),
      ...nodes
        .filter((node) => half === null || !half.concerns.has(node))
        .flatMap((node) => loginFinding(node, nodes, asking, project, missing)),
    ];
  });
  return Array.isArray(found)
    ? judged([...found.map(naming(found)), ...unstarted], missing)
    : unstarted.length > 0
      ? unstarted
      : found;
}

/** With the names of all data nodes of which the same is said, on the verdict's line. */
const naming =
  (all: readonly RawFinding[]) =>
  (found: RawFinding): RawFinding => {
    const alike = all.filter(({ message }) => message === found.message).map(({ subject }) => subject);
    return /^masterauth (is|differs)/.test(found.message)
      ? { ...found, brief: found.message.replace('masterauth', `masterauth of ${listed(alike)}`) }
      : found;
  };

/** A file that an unknown image starts a data node with, or not: it may add what the file lacks. */
function withoutAnswer({ workload, image, inside, directives, byImage }: UnstartedFile): RawFinding[] {
  if (!byImage) return [];
  const asked = passwordLine({ directives });
  if (asked === undefined || lastOf({ directives }, 'masterauth') !== undefined) return [];
  if (directives.some((d) => d.name === 'sentinel')) return [];
  return [
    {
      subject: workload,
      severity: 'warning',
      impact: 'risk',
      message: `requirepass is set in ${inside}, but masterauth is not: unless the image ${image} adds it, the node cannot follow another master`,
      fix: ['masterauth <the password of all data nodes>'],
      at: place(asked),
    },
  ];
}

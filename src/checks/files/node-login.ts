import type { RawFinding } from '../check.js';
import {
  comparePasswords,
  differenceOf,
  isOff,
  refusingUser,
  settingLine,
  unknownEqual,
  userAt,
} from './logins.js';
import type { FileServer, Project } from './project.js';
import { asksForPassword, lastOf, passwordLine, place, settingOf, shownAt } from './settings.js';

/** What is wrong with the login of one data node, by its file, at the one that asks for a password; `missing`: why that is not known. */
export function loginFinding(
  node: FileServer,
  nodes: readonly FileServer[],
  asking: FileServer,
  project: Project,
  missing: string[],
): RawFinding[] {
  const [asked, given] = [passwordLine(asking), lastOf(node, 'masterauth')];
  const password = given?.args[0];
  const ownUser = settingOf(node, 'masteruser');
  const users = nodes.flatMap((n) => (n === node ? [] : (settingOf(n, 'masteruser') ?? [])));
  const user = ownUser ?? (users.every((name) => name === users[0]) ? users[0] : undefined);
  const fix = [
    ...(user === undefined || user === ownUser ? [] : [settingLine(node, `masteruser ${user}`)]),
    settingLine(
      node,
      `masterauth <the password of ${user === undefined ? 'all data nodes' : `the user ${user}`}>`,
    ),
  ];
  const found = { subject: node.id, fix };
  if (!given || !password) {
    const line = asked ?? asking.directives.find((d) => d.name === 'user');
    const isHere = line !== undefined && asking === node;
    return [
      {
        ...found,
        message: `${asked ? `requirepass is set at ${asking.id}` : `${asking.id} needs a password`}, but masterauth is not set in this file`,
        at: isHere ? place(line) : (startOf(node) ?? node.at),
      },
    ];
  }
  const to = nodes.find((n) => n !== node && asksForPassword(n)) ?? asking;
  const wrong = refusingUser(to, ownUser ?? 'default', password);
  if (wrong !== undefined) {
    const name = `the user "${ownUser ?? 'default'}"`;
    const message = isOff(wrong)
      ? `${ownUser === undefined ? 'without masteruser ' : ''}it logs in as ${name}, which is off at ${to.id} (${shownAt(wrong)})`
      : `masterauth is not the password of ${name} of ${to.id} (${shownAt(wrong)})`;
    const meant = userAt(nodes, password);
    return [
      {
        ...found,
        ...(isOff(wrong) && {
          fix: meant === undefined ? otherUser(node, nodes) : [settingLine(node, `masteruser ${meant}`)],
        }),
        message,
        at: place(given),
      },
    ];
  }
  const hasUsers = asking.directives.some((d) => d.name === 'user' && d.args[0] === 'default');
  if (asked === undefined || hasUsers || ownUser !== undefined) return [];
  const compared = comparePasswords(given, asked, project);
  if (compared === 'unknown') missing.push(unknownEqual(node, 'masterauth', given, asking, asked));
  if (compared === 'same' || compared === 'unknown') return [];
  return [{ ...found, ...differenceOf('masterauth', given, asking, asked, compared), at: place(given) }];
}

/** What lets a node log in as a user that is on, where its password is that of none. */
function otherUser(node: FileServer, nodes: readonly FileServer[]): string[] {
  const user = userAt(nodes) ?? '<a user that is on at every data node>';
  return [
    settingLine(node, `masteruser ${user}`),
    settingLine(node, `masterauth <the password of ${user.replace(/^<a (.*)>$/, 'that $1')}>`),
  ];
}

/** Where its own file begins. */
const startOf = ({ conf, directives }: FileServer): RawFinding['at'] =>
  conf === null || !directives.some((d) => d.file === conf.file) ? undefined : { file: conf.file, line: 1 };

import type { Check, RawFinding } from '../check.js';
import { judgeNodeFiles } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { settingOf } from '../files/settings.js';
import { mayNotWrite } from '../files/unit.js';

export default {
  id: 'dir-unwritable',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'data',
  part: 'disk',
  title: 'a data node cannot write into its directory',
  consequence:
    'with appendonly yes it exits at start (Permission denied), and systemd starts it again and again; without, it refuses writes after the first snapshot that fails, and as a replica it never completes a full resync (measured)',
  explanation:
    'Redis writes its snapshot and its append-only files under its dir, which is relative to the directory that it ' +
    'is started in. systemd starts a service in / unless WorkingDirectory= names another directory, and only root may ' +
    'write there. With appendonly yes the server exits at start. A replica writes what it receives in a full resync ' +
    'into a file there too.',
  remedy: ['dir DIRECTORY in the configuration file, a directory that belongs to the user of the unit'],
  sources: [
    'server.c: main (aofLoadManifestFromDisk, aofOpenIfNeededOnServerStart)',
    'replication.c: syncWithMaster (the temporary file of a full resync)',
    'systemd.exec(5): WorkingDirectory=, User=, ProtectSystem=',
    'measured',
  ],
  causes: ['restart-rewinds'],
  files: (project) =>
    judgeNodeFiles(project, (nodes) => {
      const units = nodes.filter((node) => node.unit !== undefined);
      if (units.length === 0)
        return {
          skip: 'needs the systemd unit: it says in which directory the server starts',
          applies: false,
        };
      return units.flatMap(judge);
    }),
} satisfies Check;

function judge(node: FileServer): RawFinding[] {
  const { unit } = node;
  const set = settingOf(node, 'dir');
  const path = unit === undefined ? null : pathFrom(unit.directory, set ?? '.');
  if (unit === undefined || path === null) return [];
  const { user, readOnly, file, writable } = unit;
  const own = writable.find((one) => one.startsWith('/var/lib/')) ?? '/var/lib/redis';
  const isReadOnly = mayNotWrite(unit, path);
  // Below the root no file says which user may write.
  if (!isReadOnly && (user === null || path !== '/')) return [];
  const why =
    isReadOnly && readOnly !== null
      ? `is read-only for its unit (${readOnly.says})`
      : `cannot be written by User=${user?.name}`;
  const says = set === undefined ? 'no dir in its configuration file' : `dir ${set}`;
  const from =
    set?.startsWith('/') === true
      ? says
      : `${says}, WorkingDirectory=${unit.isDirectorySet ? unit.directory : ' is not set'}`;
  return [
    {
      subject: node.id,
      message: `its data directory is ${path} (${from}), which ${why}`,
      fix:
        isReadOnly && path !== '/'
          ? [`ReadWritePaths=${path}`, 'systemctl daemon-reload']
          : [
              `dir ${own}`,
              ...(mayNotWrite(unit, own) ? [`ReadWritePaths=${own}`, 'systemctl daemon-reload'] : []),
              ...(writable.includes(own) || user === null
                ? []
                : [`mkdir -p ${own} && chown ${user.name} ${own}`]),
            ],
      at: { file, line: isReadOnly && readOnly !== null ? readOnly.line : (user?.line ?? unit.start.line) },
    },
  ];
}

/** A path from the root; null where it begins in a directory that is not known. */
function pathFrom(directory: string | null, path: string): string | null {
  if (path.startsWith('/')) return path;
  if (directory === null) return null;
  const below = path.replace(/^(\.\/?)+/, '');
  return below === '' ? directory : `${directory.replace(/\/$/, '')}/${below}`;
}

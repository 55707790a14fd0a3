import type { Check, RawFinding } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { monitorsOf } from '../files/settings.js';

export default {
  id: 'conf-include',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'what a sentinel monitors is in an included file',
  consequence: 'the sentinel starts once: its next start ends with Duplicate master name (measured)',
  explanation:
    'Sentinel rewrites its own file and never an included one. It adds sentinel monitor and all that it knows to ' +
    'its own file and keeps the include line, so at the next start the same master is there twice.',
  remedy: [
    'move the sentinel lines of the included file into the sentinel’s own file, and delete the include',
  ],
  sources: ['sentinel.c: rewriteConfigSentinelOption', 'config.c: rewriteConfigReadOldFile', 'measured'],
  causes: ['conf-duplicate', 'sentinels-few'],
  files: (project) =>
    judgeSentinelFiles(project, (sentinels) =>
      sentinels.flatMap((server): RawFinding[] => {
        const { conf } = server;
        if (conf === null) return [];
        const within = monitorsOf(server).filter(
          (m) => m.at.file !== conf.file && m.at.file !== server.at.file,
        );
        const [first] = within;
        if (first === undefined) return [];
        return [
          {
            subject: server.id,
            message: `"sentinel monitor ${first.name}" is in ${first.at.file}, which ${conf.file} includes: Sentinel writes it into ${conf.file} as well, and the next start ends with Duplicate master name`,
            fix: [
              `# move the sentinel lines of ${first.at.file} into ${conf.file}, and delete its include line:`,
              `sentinel monitor ${first.name} ${first.host} ${first.port} ${first.quorum}`,
            ],
            at: first.at,
          },
        ];
      }),
    ),
} satisfies Check;

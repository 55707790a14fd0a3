import type { Check } from '../check.js';
import { judgeWorkloads } from '../files/kube/facts.js';

export default {
  id: 'key-twice',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'starts',
  title: 'a Kubernetes manifest has a key twice in one place',
  consequence:
    'kubectl takes the last one without a message, and everything under the first one is lost; kustomize, Flux and Argo CD may refuse the file',
  explanation:
    'A map of YAML has each key once. kubectl keeps the last of two: a second volumeMounts: or env: replaces the ' +
    'first list as a whole, for instance the volume for the data or the variable with the password. Other tools ' +
    'stop at such a file. The rest of the manifest is judged as kubectl would apply it.',
  remedy: ['one list under one key'],
  sources: [
    'https://github.com/kubernetes/kubernetes/issues/99286',
    'https://github.com/kubernetes/kubernetes/issues/14791',
  ],
  causes: ['restart-wipe', 'image-variable', 'probe-unauthorized', 'sentinel-state-lost'],
  files: (project) =>
    judgeWorkloads(project, ({ twice }) =>
      twice.map(({ object, key, file, lines: [first, second], lost }) => ({
        subject: object,
        message: `${key} is in line ${first} and again in line ${second}: ${lost === null ? 'what the first one says' : lost} is lost`,
        fix: [`# in ${file}: the lines under ${key} of line ${first} and of line ${second} under one ${key}`],
        at: { file, line: second },
      })),
    ),
} satisfies Check;

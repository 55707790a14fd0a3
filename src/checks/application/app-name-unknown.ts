import { nearest } from '../../model/nearest.js';
import { sentinelFiles } from '../files/project.js';
import { monitorsOf } from '../files/settings.js';
import { CLIENT_SOURCES, NAME, ofApp, placeOfVariable, sentinelsOf, setting } from './given.js';

export default ofApp(
  {
    id: 'app-name-unknown',
    severity: 'critical',
    impact: 'down',
    title: 'the sentinels do not monitor a master of the application’s name',
    consequence: 'every sentinel answers "no such master": the application never connects',
    explanation:
      'A master’s name is set by sentinel monitor NAME …, and is case-sensitive. The application asks for ' +
      'REDIS_MASTER_NAME, or mymaster if that is not set.',
    remedy: ['set REDIS_MASTER_NAME to a name that the sentinels monitor: sentinelctl masters lists them'],
    sources: CLIENT_SOURCES,
  },
  (app) => {
    const answers = sentinelsOf(app).flatMap((a) =>
      a.names.ok ? [{ text: a.text, names: a.names.value }] : [],
    );
    if (answers.length === 0) return { skip: 'no sentinel of REDIS_SENTINEL_ADDRS answers' };
    const without = answers.filter((t) => !t.names.includes(app.masterName));
    if (without.length === 0) return [];
    const known = [...new Set(answers.flatMap((t) => t.names))];
    const better = nearest(app.masterName, known) ?? known[0];
    const all = without.length === answers.length;
    return [
      {
        subject: app.where,
        severity: all ? 'critical' : 'warning',
        message: `${all ? 'no sentinel' : without.map((w) => w.text).join(', ')} ${all ? 'monitors' : `${without.length === 1 ? 'does' : 'do'} not monitor`} "${app.masterName}"; known there: ${known.join(', ') || 'none'}`,
        fix: better === undefined || !all ? [] : [setting(app, 'REDIS_MASTER_NAME', better)],
      },
    ];
  },
  (app, project) => {
    const name = app.environment.get(NAME)?.value?.trim() || 'mymaster';
    const known = [
      ...new Set(
        sentinelFiles(project)
          .flatMap(monitorsOf)
          .map((m) => m.name),
      ),
    ];
    if (known.length === 0 || known.includes(name)) return [];
    return [
      {
        subject: app.name,
        message: `${NAME} is ${name}, and the sentinels monitor ${known.join(', ')}`,
        fix: [`${NAME}=${known[0]}`],
        at: placeOfVariable(app, NAME, project),
      },
    ];
  },
);

import { expect, it } from 'vitest';
import { CHECKS, diagnose } from '../../../../src/checks/index.js';
import { ACCESS } from '../../../helpers/alterations/access.js';
import { altered } from '../../../helpers/alterations/index.js';

it('a link that is down is explained by the password of the replica, not by that of a sentinel', () => {
  const faults = ACCESS.filter(({ id }) => /^(auth-pass|masterauth)-missing$/.test(id));
  const { findings } = diagnose(altered('three machines', ...faults), CHECKS);
  const under = (id: string) =>
    findings.find((f) => f.id === id)?.consequences.map((f) => `${f.id} ${f.subject}`);
  expect(under('auth-pass-missing')).not.toContain('link-down redis-3');
  expect(under('masterauth-missing')).toContain('link-down redis-3');
});

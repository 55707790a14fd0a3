import { type CheckText, evidenceOf, type Finding, impactOf, type RawFinding, sentenceOf } from './check.js';

/** What a check saw, as a finding. */
export function findingOf(check: CheckText, seen: RawFinding): Finding {
  const { later } = seen;
  return {
    id: check.id,
    severity: seen.severity ?? check.severity,
    impact: impactOf(check, seen),
    title: check.title,
    brief: seen.brief ?? (check.needs === 'snapshot' ? seen.message : sentenceOf(seen)),
    ...(seen.countdown && { countdown: seen.countdown }),
    headline: false,
    evidence: evidenceOf(seen),
    masterName: check.group === 'application' ? null : seen.masterName,
    subject: seen.subject,
    ...(seen.servers && seen.servers.length > 0 && { servers: seen.servers }),
    message: seen.message,
    consequence: seen.consequence ?? check.consequence,
    fix: [...seen.fix, ...(later === undefined ? [] : [`# ${later.when}:`, later.fix])],
    source: check.sources.join('; '),
    ...(seen.at && { at: seen.at }),
    repairs: seen.repairs ?? (seen.repair === undefined ? [] : [seen.repair]),
    ...(check.first === true && { first: true }),
    ...(seen.misread === true && { misread: true }),
    consequences: [],
  };
}

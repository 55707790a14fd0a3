import { cli } from '../../model/hints.js';
import { RESETS_APART_MS } from '../../model/sentinel-timing.js';
import type { Check } from '../check.js';

/** Once is a sentinel that came back at another address; again and again is two that have one id. */
const AGAIN = 2;

export default {
  id: 'address-switching',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'addresses',
  title: 'a sentinel changes its address again and again',
  consequence:
    'two sentinels have the same id and count as one: CKQUORUM reports 2 usable of 3, and a failover may lack votes',
  explanation:
    'With each hello message, every 2 s, the others believe that the sentinel with this id has moved to the ' +
    'sender’s address. With two senders the address changes back and forth. Both have the same myid: one is a ' +
    'copy of the other, or both use one configuration file.',
  remedy: [
    'stop one of the two, delete its "sentinel myid" line, start it: it creates a new id',
    `SENTINEL RESET NAME at the others, one at a time and ${RESETS_APART_MS / 1000} s apart, while the master is healthy`,
  ],
  sources: ['sentinel.c: sentinelProcessHelloMessage (+sentinel-address-switch)', 'measured'],
  overTime: true,
  live({ watched, sentinels }) {
    if (watched === null) return { skip: 'it was not watched' };
    const switches = watched.events.filter((e) => e.name === '+sentinel-address-switch');
    const last = switches.at(-1);
    if (last === undefined || switches.length < AGAIN)
      return sentinels.some((s) => s.silence === null) ? [] : { skip: 'no sentinel could be followed' };
    return [
      {
        subject: [...new Set(switches.map((e) => e.sentinel))].join(', '),
        message: `${switches.length} address switches in ${watched.forMs / 1000} s: ${last.text}`,
        fix: sentinels.filter((s) => s.silence === null).map((s) => cli(s, 'SENTINEL MYID')),
      },
    ];
  },
} satisfies Check;

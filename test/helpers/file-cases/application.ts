import { type Case, COMPOSE, change } from './case.js';

export const APPLICATION: Case[] = [
  {
    id: 'app-name-unknown',
    files: change([COMPOSE, 'NAME: mymaster', 'NAME: MyMaster']),
    severity: 'critical',
    subject: 'web',
    at: `${COMPOSE}:66`,
  },
  {
    id: 'app-addrs-bad',
    files: change([COMPOSE, 'sentinel-1:26379,', 'redis://sentinel-1:26379,']),
    severity: 'critical',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-addrs-unresolvable',
    files: change([COMPOSE, 'sentinel-1:26379,', 'sentinel-9:26379,']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-sentinel-silent',
    files: change([COMPOSE, 'sentinel-1:26379,', 'localhost:26379,']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-not-sentinel',
    files: change([COMPOSE, 'sentinel-1:26379,', 'redis-1:6379,']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-too-few-addrs',
    files: change([COMPOSE, 'sentinel-1:26379,sentinel-2:26379,', '']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
];

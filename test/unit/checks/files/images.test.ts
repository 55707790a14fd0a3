import { describe, expect, it } from 'vitest';
import { isOfficialImage, mayBeOfficial } from '../../../../src/checks/files/compose/images.js';

describe('isOfficialImage', () => {
  it.each([
    'redis',
    'redis:7.2-alpine',
    'redis@sha256:00',
    'library/redis:7',
    'docker.io/redis:7',
    'docker.io/library/redis:7.2@sha256:00',
    'index.docker.io/library/redis',
    'registry.example/library/redis:7',
    'registry.example:5000/hub/library/redis:7',
    'public.ecr.aws/docker/library/redis:7',
    'mirror.gcr.io/library/redis',
    'cache.example/dockerhub/library/redis:8',
    'cache.example/docker.io/redis:8',
    'cache.example/docker-hub-remote/redis:8',
    'valkey/valkey:8',
    'registry.example/valkey/valkey:8.1-alpine',
  ])('%s is', (image) => {
    expect(isOfficialImage(image)).toBe(true);
  });

  it.each([
    'index-dev.example/team/redis:4.0.6',
    'registry.example/redis:7',
    'localhost:5000/redis',
    'quay.io/opstree/redis:v7',
    'team/redis:7',
    'k8s.gcr.io/redis:v1',
    'bitnami/redis:7',
    'docker.io/bitnami/valkey',
    'redis/redis-stack:7',
    'oliver006/redis_exporter',
  ])('%s is not, or is not known to be', (image) => {
    expect(isOfficialImage(image)).toBe(false);
  });

  it('takes the last part of a name for a hint alone', () => {
    expect(mayBeOfficial('registry.example/redis:7')).toBe(true);
    expect(mayBeOfficial('bitnami/redis:7')).toBe(false);
    expect(mayBeOfficial('registry.example/redis-tools:7')).toBe(false);
  });
});

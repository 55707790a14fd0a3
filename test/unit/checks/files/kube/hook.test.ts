import { describe, expect, it } from 'vitest';
import { readHook } from '../../../../../src/checks/files/kube/hook.js';

const PAUSE = 'redis-cli client pause 9000 write';

describe('readHook', () => {
  it.each<[string, boolean | null]>([
    [PAUSE, false],
    [`sh -c ${PAUSE}; sleep 5`, false],
    [`f() { ${PAUSE}; }; if [ -f /x ]; then f; fi`, false],
    [`${PAUSE}; redis-cli client unpause`, true],
    [`redis-cli -p 26379 "SENTINEL" failover m && ${PAUSE}`, true],
    [`${PAUSE} # then SENTINEL FAILOVER by hand`, false],
    [`${PAUSE}; echo "no sentinel failover"`, false],
    [`s() { redis-cli sentinel "$@"; }; ${PAUSE}; s failover m`, null],
    [`c() { redis-cli client "$1"; }; ${PAUSE}; c unpause`, null],
    [`${PAUSE}; redis-cli -p 26379 sentinel $WHAT`, null],
    [`${PAUSE}; /opt/move.sh`, null],
    [`${PAUSE}; sh /opt/move`, null],
    [`. /opt/lib.sh; ${PAUSE}`, null],
    [`X=$(/opt/move.sh); ${PAUSE}`, null],
    [`${PAUSE}; move_master`, null],
    [`${PAUSE}; $MOVE`, null],
    [`${PAUSE}; echo "open`, null],
  ])('%s', (text, isKept) => {
    expect(readHook({ text, paths: [] })).toEqual({ pauses: ['9000'], isKept });
  });

  it('reads each pause, and none of a comment or of what is printed', () => {
    const text = `# CLIENT PAUSE 1 WRITE\necho client pause 2\nredis-cli client pause 3\nredis-cli CLIENT PAUSE "$MS" WRITE`;
    expect(readHook({ text, paths: [] })).toEqual({ pauses: ['3', '"$MS"'], isKept: false });
  });

  it('knows a script that was read with it', () => {
    expect(readHook({ text: `sh /in/stop.sh\n#!/bin/sh\n${PAUSE}`, paths: ['/in/stop.sh'] }).isKept).toBe(
      false,
    );
  });
});

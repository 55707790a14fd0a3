// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the shell's own notation
import { describe, expect, it } from 'vitest';
import { OPEN } from '../../../../src/checks/files/shell/expand.js';
import { follow } from '../../../../src/checks/files/shell/follow.js';
import { type Machine, machine, NotFollowed, segment } from '../../../../src/checks/files/shell/machine.js';

const MOUNTED: Record<string, string> = {
  '/in/a.conf': 'port 1\nsentinel auth-pass app $PASS\n# end\n',
  '/in/start.sh': 'set -e\nenvsubst < /in/a.conf > /data/a.conf\nexec "$@"\n',
};

const followed = async (script: string, env: Record<string, string> = {}): Promise<Machine> => {
  const container = machine(new Map(Object.entries(env)), 'c.yml', async (path) => {
    const text = MOUNTED[path];
    return text === undefined ? { why: 'it is inside the image' } : { segments: [segment(text, path, 1)] };
  });
  await follow(container, ['sh', '-c', script], 1);
  return container;
};

const textIn = async (container: Machine, path: string): Promise<string> => {
  const content = await container.read(path);
  return 'why' in content ? `why: ${content.why}` : content.segments.map((s) => s.text).join('');
};

describe('a start script', () => {
  it.each<[string, string, Record<string, string>?]>([
    ['cat > /o <<EOF\nport $P\nEOF', 'port 7\n', { P: '7' }],
    ["cat <<'EOF' >/o\nport $P\nEOF", 'port $P\n', { P: '7' }],
    ['cat >/o <<-EOF\n\tport 1\n\tEOF', 'port 1\n'],
    ['echo "port 1" > /o; echo hz 20 >> /o', 'port 1\nhz 20\n'],
    ["printf 'port %s\\n' 1 2 > /o", 'port 1\nport 2\n'],
    ['{ echo a; echo b; } > /o', 'a\nb\n'],
    ['P=${P:-6379}; echo port $P > /o', 'port 6379\n'],
    [
      'sed -e s/port/hz/ -e "s/\\$PASS/$PASS/" /in/a.conf > /o',
      'hz 1\nsentinel auth-pass app s\n# end\n',
      { PASS: 's' },
    ],
    ['cp /in/a.conf /o && sed -i "/^#/d" /o', 'port 1\nsentinel auth-pass app $PASS\n\n'],
    ['cat /in/a.conf | sed "s#port 1#port 2#" | tee /o', 'port 2\nsentinel auth-pass app $PASS\n# end\n'],
    ['if [ "$ROLE" = master ]; then echo m > /o; else echo r > /o; fi', 'm\n', { ROLE: 'master' }],
    ['case "$ROLE" in m*) echo m;; *) echo r;; esac > /o', 'r\n', { ROLE: 'x' }],
    ['[ -z "$NOT" ] && echo none > /o', 'none\n'],
    ['f() { echo "$1" > /o; }; f one', 'one\n'],
    ['until redis-cli ping; do sleep 1; done; echo up > /o', 'up\n'],
    ['echo a > /o; for i in 1 "b c"; do echo "$i" >> /o; done', 'a\n1\nb c\n'],
    ['for i in $(seq 1 4); do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done > /o', '1\n3\n'],
    ['for f in x{1..2}.conf\ndo echo $f; done > /o', 'x1.conf\nx2.conf\n'],
    ['all=a,b; for i in ${all//,/ }; do if [ $i = b ]; then echo $i > /o; break; fi; done', 'b\n'],
    ['f() { echo a; return; echo b; }; f > /o; echo c >> /o', 'a\nc\n'],
    ['f() { for i in 1 2; do [ $i = 1 ] && return 0; done; echo no; }; f && echo yes > /o', 'yes\n'],
    ['i=0; while [ "$i" -lt 3 ]; do i=$((i + 1)); echo $i; done > /o', '1\n2\n3\n'],
    ['i=3; until [ $i -eq 1 ]; do i=$((i-1)); done; echo $i > /o', '1\n'],
    ['if ! [ -z "" ]; then echo a; else echo b; fi > /o', 'b\n'],
    ["bash -c 'bash -s <<END\necho in > /o\nEND'", 'in\n'],
    ['exec 2>&1; echo a > /o', 'a\n'],
    ['exec 3>/dev/null; echo a > /o', 'a\n'],
    ['(exit 0); echo a > /o', 'a\n'],
    ['X=1; (X=2; cd /; echo "$X" > /o); echo "$X" >> /o', '2\n1\n'],
  ])('%s', async (script, text, env) => {
    const made = await textIn(await followed(script, env), '/o');
    expect(made).toBe(text);
  });

  it('starts its server in the end, whatever stands in front of it', async () => {
    const { starts, files } = await followed(
      'exec /in/start.sh su-exec redis redis-server /data/a.conf --port 2',
      {
        PASS: 'x',
      },
    );
    expect(starts.map((s) => s.words)).toEqual([['redis-server', '/data/a.conf', '--port', '2']]);
    expect(files.get('/data/a.conf')).toEqual({
      segments: [{ text: 'port 1\nsentinel auth-pass app x\n# end\n', file: '/in/a.conf', line: 1 }],
    });
  });

  it.each<[string, string]>([
    ['if redis-cli ping; then D=/a; else D=/b; fi; echo "port 1" > /o', 'port 1\n'],
    ['if redis-cli ping; then D=/a; else D=/b; fi; echo dir $D > /o', `dir ${OPEN}$D?\n`],
    ['echo x > /o; if redis-cli ping; then cd /a; fi; echo y > f', 'x\n'],
    ['if redis-cli ping; then cd /a; fi; echo y > f; cat f > /o', 'y\n'],
    ['if redis-cli ping; then echo a > /o; else echo a > /o; fi', 'a\n'],
    ['f() { echo "$1"; }; if redis-cli ping; then f no; exit 1; fi; echo b > /o', 'b\n'],
    ['case $(hostname) in a*) L=debug;; *) L=notice;; esac; echo loglevel $L > /o', `loglevel ${OPEN}$L?\n`],
    ['redis-cli ping || D=/a; echo "port 1" > /o', 'port 1\n'],
    ['n=0; until redis-cli ping; do n=$((n+1)); [ $n -gt 9 ] && exit 1; sleep 1; done; echo up > /o', 'up\n'],
    ['while true; do if redis-cli ping; then D=a; break; fi; sleep 1; done; echo $D > /o', 'a\n'],
    ['for i in 1 2; do M=$(redis-cli role); if [ -n "$M" ]; then break; fi; done; echo x > /o', 'x\n'],
    ['f() { if redis-cli ping; then return 1; fi; }; f; echo x > /o', 'x\n'],
    ['redis-cli ping && D=/a; echo x > /o', 'x\n'],
    ['echo x > /o; redis-cli ping && echo y > /p', 'x\n'],
    ['redis-cli ping && exit 1; echo x > /o', 'x\n'],
    ['echo x > /o; redis-cli ping && exec redis-server /o', 'x\n'],
    ['X=$(envsubst < /in/a.conf); echo "$X" > /o', 'port 1\nsentinel auth-pass app \n# end\n'],
  ])('goes on with what all ways have in common: %s', async (script, text) => {
    expect(await textIn(await followed(script), '/o')).toBe(text);
  });

  it.each([
    'if redis-cli ping; then echo a > /o; exit 0; fi; echo b > /o',
    'if redis-cli ping; then R=a; else R=b; fi; if [ "$R" = a ]; then echo 1 > /o; exit 0; fi',
    'for i in 1 2; do if redis-cli ping; then echo $i > /o; break; fi; done',
    'f() { if redis-cli ping; then return; fi; echo a > /o; }; f',
    'echo a > /o; redis-cli ping && echo b >> /o',
    'echo a > /o; redis-cli ping && sed -i s/a/b/ /o || echo c >> /o',
    'while ! redis-cli ping; do echo $i >> /o; sleep 1; done',
  ])('does not know what ways that leave write: %s', async (script) => {
    expect(await textIn(await followed(`${script}; echo c > /p`), '/o')).toMatch(/depends on a condition/);
  });

  it.each<[string, string[][]]>([
    ['redis-cli ping && exec redis-server /a', [['redis-server', '/a']]],
    ['redis-cli ping && exec redis-server /a; echo no; exit 1', [['redis-server', '/a']]],
    ['redis-cli ping && exec redis-server /a; exec redis-server /a', [['redis-server', '/a']]],
    ['while true; do redis-cli ping && exec redis-server /a; sleep 1; done', [['redis-server', '/a']]],
    ['sh -c "redis-cli ping && exec redis-server /a"', [['redis-server', '/a']]],
    [
      'redis-cli ping && redis-server /a; redis-server /b',
      [
        ['redis-server', '/a'],
        ['redis-server', '/b'],
      ],
    ],
    [
      '(redis-cli ping && exec redis-server /a) || exec redis-server /b',
      [
        ['redis-server', '/a'],
        ['redis-server', '/b'],
      ],
    ],
    [
      '(redis-cli ping && exec redis-server /a); exec redis-server /b',
      [
        ['redis-server', '/a'],
        ['redis-server', '/b'],
      ],
    ],
  ])('starts each server that may be started: %s', async (script, words) => {
    expect((await followed(script)).starts.map((s) => s.words)).toEqual(words);
  });

  it('does not know a file in which the ways differ', async () => {
    const made = await followed('if redis-cli ping; then echo a > /o; else echo b > /o; fi; echo c > /p');
    expect(await textIn(made, '/o')).toMatch(/^why: what is in \/o depends on a condition/);
    expect(await textIn(made, '/p')).toBe('c\n');
  });

  it('keeps what only the container knows apart', async () => {
    const made = await textIn(await followed('echo announce $(hostname -i) $NOT > /o'), '/o');
    expect(made).toBe(`announce ${OPEN}$(hostname\u00a0-i) ${OPEN}$NOT\n`);
  });

  it.each([
    ['for i in $(ls /); do echo $i > /o; done', /loop/],
    ['for ((i=0; i<2; i++)); do echo $i > /o; done', /loop/],
    ['while true; do echo $i > /o; done', /loop/],
    ['if redis-cli ping; then redis-server --port 1; else redis-server --port 2; fi', /condition/],
    ['if redis-cli ping; then exec redis-server; fi; exec redis-server --replicaof a 1', /condition/],
    ['case $(hostname) in a*) redis-server;; b*) redis-sentinel /o;; esac', /value of a case/],
    ['redis-cli ping && exec redis-server /a; exec redis-server /b', /whether what stands before &&/],
    ['redis-cli ping && exec redis-server /a || exec redis-server /b', /whether what stands before &&/],
    ['redis-cli ping && redis-server /a || redis-server /b', /whether what stands before &&/],
    ['redis-cli ping && { redis-server /a; exit; }; redis-server /b', /whether what stands before &&/],
    ['f() { redis-cli ping && exec redis-server /a; }; f; redis-server /b', /whether what stands before &&/],
    ['while true; do redis-cli ping && exec redis-server /a; exec redis-server /b; done', /whether|loop/],
    ['redis-cli ping || redis-server', /whether what stands before/],
    ['/in/gone.sh', /not known/],
    ['f() { [ -n "$(hostname)" ] || f; }; f', /functions call one another/],
    [
      `${Array.from({ length: 12 }, (_, n) => `f${n}() { if redis-cli ping; then f${n + 1}; else f${n + 1}; fi; }`).join('\n')}\nf12() { :; }\nf0`,
      /too many conditions/,
    ],
    ['if redis-cli ping; then f() { echo a; }; else f() { echo b; }; fi; f > /o', /condition/],
    ['if redis-cli ping; then X="--port 1"; else X="--port 2"; fi; redis-server --port 3 $X', /options/],
    ['python3 /x.py', /python3 is not followed/],
    ['echo "open', /not closed/],
    ['. /in/gone.sh', /not known/],
    ['for i in 1 2; do for j in 1 2; do break 2; done; echo a > /o; done', /break 2 is not followed/],
    ['exec > /data/a.conf; echo port 1', /exec > .data.a.conf is not followed/],
    ['{ redis-cli ping && echo hz 1; } > /o', /whether what stands before/],
  ])('that cannot be followed is said: %s', async (script, why) => {
    const error = await followed(script).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotFollowed);
    expect((error as NotFollowed).message).toMatch(why);
  });
});

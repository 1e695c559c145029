import { describe, expect, it } from 'vitest';
import { readBuildFile } from '#buildfile/model/build-file.ts';
import { callsOf, countFlag, flagValues, hasFlag, operands } from '#buildfile/shell/calls.ts';
import { hasPipe } from '#buildfile/shell/walk.ts';
import { inFile } from '#buildfile/sites.ts';

function scriptOf(run: string) {
  const file = readBuildFile(`FROM a\nRUN ${run}`);
  const script = file.instructions[1]?.script;
  if (script === undefined) throw new Error('no script');
  return { file, script };
}

function called(run: string): readonly string[] {
  return callsOf(scriptOf(run).script).map(({ name, args }) => [name, ...args.map(({ text }) => text)].join(' '));
}

describe('what a script calls', () => {
  it.each([
    ['a b && c || d; e | f & g', ['a b', 'c', 'd', 'e', 'f', 'g']],
    ['A=1 B="x y" env c', ['env c']],
    ['A=1', []],
    ['(a; b) && { c; }', ['a', 'b', 'c']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['for x in 1 $(a); do b "$x"; done', ['a', `b \${x}`]],
    ['while a; do b; done', ['a', 'b']],
    ['case "$(a)" in x|y) b ;; *) c ;; esac', ['a', 'b', 'c']],
    ['f() { a; }; f', ['a', 'f']],
    ['a "$(b `c`)" $(d)', [`a \${b\${VAR}} \${d}`, `b \${VAR}`, 'c', 'd']],
    ['[[ a =~ ^(x|y)$ && -f z ]] && b', ['b']],
    ['(( a = (1 + 2) * 3 )) && b $(( (1+2)*3 ))', [`b \${VAR}`]],
    ['a > b 2>&1 < c && d &> e', ['a', 'd']],
    ['a \'b c\'"d"e\\ f', ['a b cde f']],
    ['a # b && c', ['a']],
    ['a b#c', ['a b#c']],
    ['$A b', []],
    ['command a b && command -v c && busybox d', ['a a b', 'command -v c', 'd d']],
    ['a {b,c}d *.e [f] @(g|h)', ['a d *.e [f] @(g|h)']],
    ['a=(b c); d', ['d']],
    ['diff <(a) <(b)', [`diff \${VAR} \${VAR}`, 'a', 'b']],
    ['<<EOF cat > x && b\nc\nEOF', ['cat', 'b']],
    ['<<EOF\na\nb c\nEOF', ['a', 'b c']],
    ['<<EOF\n#!/usr/bin/env python3\nimport os\nEOF', []],
    ['["a", "b c"]', ['a b c']],
    ['["/bin/sh", "-c", "a && b"]', ['a', 'b']],
    ['! a && time b', ['a', 'b']],
  ])('%s', (run, expected) => {
    expect(called(run)).toEqual(expected);
  });

  it.each(["a 'b", 'a "b', 'a $(b', 'a )', 'if a; then b', '{ a', 'a &&', 'done', `${'$('.repeat(100)}a`])(
    'is unknown where it is not understood: %s',
    (run) => {
      const { script } = scriptOf(run);
      expect([script.body, script.gaveUp?.foreign]).toEqual([[], false]);
    },
  );

  it('stands where it says, also after continuations and comments', () => {
    const { file, script } = scriptOf('a \\\n  # b\n  && cd "/x y"');
    const call = callsOf(script)[1];
    const span = call === undefined ? undefined : inFile(script, call.command.at);
    expect(span && file.text.slice(span.start, span.end)).toBe('cd "/x y"');
  });

  it('is left alone where another shell runs it', () => {
    const file = readBuildFile(
      'FROM a\nSHELL ["pwsh", "-c"]\nRUN Get-Process | Stop-Process\n# hadolint shell=bash\nRUN b\n',
    );
    expect(file.instructions.map(({ script }) => script?.gaveUp?.foreign)).toEqual([
      undefined,
      undefined,
      true,
      undefined,
    ]);
    const windows = readBuildFile('FROM mcr.example/windows/servercore:ltsc2022\nRUN dir\n');
    expect(windows.instructions[1]?.script?.gaveUp?.foreign).toBe(true);
  });
});

describe('arguments', () => {
  const [call] = callsOf(scriptOf('apt-get -qq -t stable install --no-x --opt=1 -u 12 b').script);
  it('are flags and operands', () => {
    if (call === undefined) throw new Error('no call');
    expect(operands(call, ['t', 'u']).map(({ text }) => text)).toEqual(['install', 'b']);
    expect([hasFlag(call, 'q'), countFlag(call, 'q'), hasFlag(call, 'no-x', 'y')]).toEqual([true, 2, true]);
    expect([flagValues(call, 'u'), flagValues(call, 'opt')]).toEqual([['12'], ['1']]);
  });
});

describe('pipes', () => {
  it.each([
    ['a | b', true],
    ['a || b', false],
    ['echo "a | b"', false],
    ['x=$(a | b)', true],
  ])('%s', (run, expected) => {
    expect(hasPipe(scriptOf(run).script)).toBe(expected);
  });
});

import { DockerfileParser } from 'dockerfile-ast';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBuildFile } from '#buildfile/model/build-file.ts';
import { imageName } from '#buildfile/model/image-name.ts';

/** Keyword and line of each instruction. */
function shown(text: string): readonly string[] {
  const file = readBuildFile(text);
  return file.instructions.map(({ keyword, span }) => `${keyword}@${file.placeOf(span.start).line}`);
}

describe('instructions', () => {
  it.each([
    ['one a line', 'FROM a\nRUN b\n', ['FROM@1', 'RUN@2']],
    ['a continued line is one', 'RUN a \\\n  b\nUSER c', ['RUN@1', 'USER@3']],
    ['comments and empty lines within do not end it', 'RUN a \\\n# no\n\n  b\nUSER c', ['RUN@1', 'USER@5']],
    ['blanks may follow the backslash', 'RUN a \\ \t\n  b\nUSER c', ['RUN@1', 'USER@3']],
    ['a doubled backslash continues nothing', 'RUN a \\\\\nUSER c', ['RUN@1', 'USER@2']],
    ['line ends of Windows', 'FROM a\r\nRUN a \\\r\n  b\r\nUSER c\r\n', ['FROM@1', 'RUN@2', 'USER@4']],
    ['the escape directive', '# escape=`\nRUN a `\n  b\nRUN c:\\\nUSER d', ['RUN@2', 'RUN@4', 'USER@5']],
    ['a directive after anything else is a comment', 'FROM a\n# escape=`\nRUN a \\\n b', ['FROM@1', 'RUN@3']],
    ['a document', 'RUN <<EOF\nUSER x\nEOF\nUSER c', ['RUN@1', 'USER@4']],
    ['two documents', 'COPY <<A <<B /x/\nUSER 1\nA\nUSER 2\nB\nUSER c', ['COPY@1', 'USER@6']],
    ['a document with tabs', 'RUN <<-EOF\n\tx\n\tEOF\nUSER c', ['RUN@1', 'USER@4']],
    ['a document of a trigger', 'ONBUILD RUN <<EOF\nx\nEOF\nUSER c', ['ONBUILD@1', 'USER@4']],
    ['what looks like a document within quotes hides nothing', 'RUN echo "x <<EOF y"\nUSER c', ['RUN@1', 'USER@2']],
    ['a here-string is no document', 'RUN cat <<<EOF\nUSER c', ['RUN@1', 'USER@2']],
    ['ENV has no documents', 'ENV A=<<EOF\nUSER c', ['ENV@1', 'USER@2']],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    expect(shown(text)).toEqual(expected);
  });

  it('are where another parser sees them, in files without documents', () => {
    const line = fc.constantFrom(
      'RUN a b',
      'RUN a \\',
      '  b c',
      '# x',
      '',
      'COPY --from=b a b',
      'ENV A=b',
      'run x && \\',
      'x\\y',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = `FROM a${end}${lines.join(end)}`;
        const theirs = DockerfileParser.parse(text)
          .getInstructions()
          .map((one) => `${one.getKeyword()}@${one.getRange().start.line + 1}`);
        expect(shown(text)).toEqual(theirs);
      }),
    );
  });

  it('have flags, words and their places', () => {
    const file = readBuildFile('FROM a\nCOPY --from=b --chown=1:1 "x y" \\\n  z\n');
    const [, copy] = file.instructions;
    expect(copy?.flags.map(({ name, value }) => [name, value])).toEqual([
      ['from', 'b'],
      ['chown', '1:1'],
    ]);
    expect(copy?.words.map(({ text }) => text)).toEqual(['x y', 'z']);
    expect(copy?.words.map(({ span }) => file.text.slice(span.start, span.end))).toEqual(['"x y"', 'z']);
  });

  it('in exec form have its strings', () => {
    const [cmd] = readBuildFile('CMD [ "a b", \\\n "c\\"d" ]').instructions;
    expect([cmd?.exec, cmd?.words.map(({ text }) => text)]).toEqual([true, ['a b', 'c"d']]);
    const [other] = readBuildFile("CMD ['a']").instructions;
    expect(other?.exec).toBe(false);
  });
});

describe('stages', () => {
  it('know what they go on from', () => {
    const { stages, preamble } = readBuildFile('ARG V=1\nFROM a:$V AS Base\nRUN x\nFROM base\nUSER y\nFROM c\n');
    expect(preamble.map(({ keyword }) => keyword)).toEqual(['ARG']);
    expect(stages.map(({ alias, parent, instructions }) => [alias, parent?.index, instructions.length])).toEqual([
      ['Base', undefined, 1],
      [undefined, 0, 1],
      [undefined, undefined, 0],
    ]);
  });
});

describe('names of images', () => {
  it.each([
    ['debian', { name: 'debian' }],
    ['debian:12', { name: 'debian', tag: '12' }],
    ['localhost/a', { registry: 'localhost', name: 'a' }],
    ['r.example:5000/a/b:1@sha256:x', { registry: 'r.example:5000', name: 'a/b', tag: '1', digest: 'sha256:x' }],
    ['a:$V', { name: 'a', tag: '$V' }],
    ['$' + '{R:-x}/a', { name: '$' + '{R:-x}/a' }],
    ['"a:1"', { name: 'a', tag: '1' }],
  ])('%s', (text, expected) => {
    const { written: _, ...parts } = imageName(text);
    expect(parts).toEqual(expected);
  });
});

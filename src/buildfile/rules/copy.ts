import type { Stage } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { flagValue } from '#buildfile/model/instruction.ts';
import type { Word } from '#buildfile/model/words.ts';
import { type BuildRule, cis, type Finding, hadolint, nist } from '#buildfile/rule.ts';
import { type Call, operands } from '#buildfile/shell/calls.ts';
import { listed, runsOf } from '#buildfile/sites.ts';

const ARCHIVE = /\.(?:tar|Z|bz2|gz|lz|lzma|tZ|tb2|tbz|tbz2|tgz|tlz|tpz|txz|xz)$/;
/** Not in the list of what ADD promises to unpack; newer builders do. */
const PERHAPS_ARCHIVE = /\.t?zst$/;
const ADDRESS = /^https?:\/\//;
const REPOSITORY = /^(?:git@|git:\/\/|ssh:\/\/)|\.git(?:[#?]|$)/;

/** What is copied, and where to; documents in the file itself are no source that anything is known of. */
export function copied({ words }: Instruction): {
  readonly sources: readonly Word[];
  readonly target: Word | undefined;
} {
  return { sources: words.slice(0, -1), target: words.length > 1 ? words.at(-1) : undefined };
}

export const addForFiles: BuildRule = {
  id: 'build/add-for-files',
  title: 'Files are copied with COPY, not ADD',
  severity: 'medium',
  why: 'ADD also fetches addresses and unpacks archives: who controls a name or a file controls what it does.',
  elsewhere: [hadolint('DL3020'), cis('4.9')],
  bad: 'FROM debian:12.5\nADD app /app\n',
  good: 'FROM debian:12.5\nCOPY app /app\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'ADD') continue;
      const { sources } = copied(instruction);
      const plain = sources.filter(
        ({ text }) => !ARCHIVE.test(text) && !PERHAPS_ARCHIVE.test(text) && !ADDRESS.test(text),
      );
      if (plain.length === 0) continue;
      // ADD understands these, COPY does not; a pattern may mean an archive, which only ADD unpacks.
      const mendable =
        plain.length === sources.length &&
        !plain.some(({ text }) => REPOSITORY.test(text) || /[$*?[]/.test(text)) &&
        instruction.flags.every(({ name }) => ['chown', 'chmod', 'link', 'exclude'].includes(name));
      const text = instruction.written === 'add' ? 'copy' : 'COPY';
      yield {
        instruction,
        sentence: `ADD is used for ${listed(plain.map((word) => word.text))}, which COPY would do.`,
        fix: 'Write COPY.',
        edits: mendable ? [{ ...instruction.keywordSpan, text }] : [],
      };
    }
  },
};

export const addUnverified: BuildRule = {
  id: 'build/add-unverified',
  title: 'What ADD fetches is checked',
  severity: 'medium',
  why: 'Whatever the server sends becomes part of the image, today this and tomorrow that.',
  elsewhere: [cis('4.11'), nist('4.1.5')],
  onHistory: true,
  bad: 'FROM debian:12.5\nADD https://example.com/tool /usr/local/bin/tool\n',
  good: `FROM debian:12.5\nADD --checksum=sha256:${'0'.repeat(64)} https://example.com/tool /usr/local/bin/tool\n`,
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'ADD' || flagValue(instruction, 'checksum') !== undefined) continue;
      const remote = copied(instruction).sources.find(({ text }) => ADDRESS.test(text) && !REPOSITORY.test(text));
      if (remote === undefined) continue;
      const plain = remote.text.startsWith('http:');
      yield {
        instruction,
        span: remote.span,
        severity: plain ? 'high' : 'medium',
        sentence: `ADD takes whatever ${withoutCredentials(remote.text)} sends${plain ? ', over a connection that anybody may change' : ''}.`,
        fix: 'Add --checksum=sha256:…',
      };
    }
  },
};

/** An address without what may be a password. */
export function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/@\s]*@/, '//').replace(/[?#].*/, '');
}

export const copyManyToFile: BuildRule = {
  id: 'build/copy-many-to-file',
  title: 'COPY of several files ends with a directory',
  severity: 'high',
  why: 'Several files cannot be one: the build fails.',
  elsewhere: [hadolint('DL3021')],
  bad: 'FROM debian:12.5\nCOPY a b /app\n',
  good: 'FROM debian:12.5\nCOPY a b /app/\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'COPY') continue;
      const { sources, target } = copied(instruction);
      if (sources.length < 2 || target === undefined || target.text.endsWith('/')) continue;
      const quoted = target.raw !== target.text;
      yield {
        instruction,
        span: target.span,
        sentence: `${sources.length} files are copied to ${target.text}, which does not end with a slash.`,
        fix: `Write ${target.text}/.`,
        edits: quoted ? [] : [{ start: target.span.end, end: target.span.end, text: '/' }],
      };
    }
  },
};

export const copyToRelative: BuildRule = {
  id: 'build/copy-to-relative',
  title: 'COPY to a relative path follows a WORKDIR',
  severity: 'medium',
  why: 'Where the files go is up to the base image: it changes with the next one.',
  elsewhere: [hadolint('DL3045')],
  bad: 'FROM debian:12.5\nCOPY app bin/\n',
  good: 'FROM debian:12.5\nWORKDIR /opt\nCOPY app bin/\n',
  *check({ file }) {
    let set = false;
    yield* relative(
      file.preamble,
      () => set,
      () => (set = true),
    );
    const withDirectory = new Set<Stage>();
    for (const stage of file.stages) {
      if (stage.parent !== undefined && withDirectory.has(stage.parent)) withDirectory.add(stage);
      yield* relative(
        stage.instructions,
        () => withDirectory.has(stage),
        () => withDirectory.add(stage),
      );
    }
  },
};

function* relative(instructions: readonly Instruction[], isSet: () => boolean, set: () => unknown): Generator<Finding> {
  for (const instruction of instructions) {
    if (instruction.keyword === 'WORKDIR') set();
    const { target } = copied(instruction);
    if (instruction.keyword !== 'COPY' || target === undefined || isSet()) continue;
    if (/^[/$]|^[A-Za-z]:/.test(target.text)) continue;
    yield {
      instruction,
      span: target.span,
      sentence: `COPY goes to ${target.text}, and no WORKDIR says where that is.`,
      fix: 'Set a WORKDIR before, or name the whole path.',
    };
  }
}

const UNPACKERS: ReadonlySet<string> = new Set([
  ...['unzip', 'gunzip', 'bunzip2', 'unlzma', 'unxz', 'zgz', 'uncompress', 'zcat', 'gzcat'],
]);

function unpacks(call: Call): readonly string[] {
  const extracts = ({ text }: { readonly text: string }) =>
    text === '--extract' || text === '--get' || (text.startsWith('-') && text.includes('x'));
  const is = UNPACKERS.has(call.name) || (call.name === 'tar' && call.args.some(extracts));
  return is ? operands(call).map(({ text }) => baseName(text)) : [];
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

export const archiveCopied: BuildRule = {
  id: 'build/archive-copied',
  title: 'Archives are unpacked by ADD',
  severity: 'low',
  why: 'The archive stays in its layer beside what was unpacked from it: the image is larger by it.',
  elsewhere: [hadolint('DL3010')],
  bad: 'FROM debian:12.5\nCOPY app.tar.gz /tmp/\nRUN tar -xzf /tmp/app.tar.gz -C /opt\n',
  good: 'FROM debian:12.5\nADD app.tar.gz /opt/\n',
  *check({ file }) {
    for (const { instructions } of file.stages) {
      const archives = new Map<string, Instruction[]>();
      const found = new Set<Instruction>();
      for (const instruction of instructions) {
        if (instruction.keyword === 'COPY' && flagValue(instruction, 'from') === undefined) {
          const { sources, target } = copied(instruction);
          const named = target !== undefined && ARCHIVE.test(target.text) ? [target] : sources;
          for (const { text } of named.filter((word) => ARCHIVE.test(word.text))) {
            archives.set(baseName(text), [...(archives.get(baseName(text)) ?? []), instruction].slice(-100));
          }
        }
        for (const { calls } of archives.size === 0 ? [] : runsOf([instruction], 'own')) {
          for (const name of calls.flatMap(unpacks)) for (const copy of archives.get(name) ?? []) found.add(copy);
        }
      }
      for (const instruction of found) {
        yield { instruction, sentence: 'An archive is copied and unpacked later.', fix: 'Let ADD unpack it.' };
      }
    }
  },
};

export const isAddress = (text: string) => ADDRESS.test(text) || REPOSITORY.test(text) || /^[a-z]+:\/\//.test(text);

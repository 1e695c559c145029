import type { ImageName } from '#buildfile/model/image-name.ts';
import { imageName } from '#buildfile/model/image-name.ts';
import { flagValue, type Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, cis, type Finding, hadolint, nist } from '#buildfile/rule.ts';
import { mountOptions } from '#buildfile/sites.ts';

export const untaggedBase: BuildRule = {
  id: 'build/untagged-base',
  title: 'FROM names a version',
  severity: 'medium',
  why: 'Without a tag it is whatever was pushed last: the next build may stand on another system.',
  elsewhere: [hadolint('DL3006'), cis('4.2'), nist('4.2.2')],
  bad: 'FROM debian\n',
  good: 'FROM debian:12.5\n',
  *check({ file }) {
    for (const { from, image, parent } of file.stages) {
      if (parent !== undefined || image.tag !== undefined || image.digest !== undefined) continue;
      if (image.written === 'scratch' || image.written === '' || image.written.startsWith('$')) continue;
      yield {
        instruction: from,
        ...spanOfImage(from),
        sentence: `The base image ${image.written} has no version.`,
        fix: `Name one: ${image.written}:VERSION, or better its digest.`,
      };
    }
  },
};

export const latestBase: BuildRule = {
  id: 'build/latest-base',
  title: 'FROM does not name latest',
  severity: 'medium',
  why: 'latest is a name like any other, moved with each release: the next build may stand on another system.',
  elsewhere: [hadolint('DL3007'), cis('4.2'), nist('4.2.2')],
  bad: 'FROM debian:latest\n',
  good: 'FROM debian:12.5\n',
  *check({ file }) {
    for (const { from, image } of file.stages) {
      if (image.tag !== 'latest' || image.digest !== undefined) continue;
      yield {
        instruction: from,
        ...spanOfImage(from),
        sentence: `The base image is ${image.written}, which is another one after each release.`,
        fix: 'Name a version, or better a digest.',
      };
    }
  },
};

export const baseWithoutDigest: BuildRule = {
  id: 'build/base-without-digest',
  title: 'FROM names a digest',
  severity: 'negligible',
  why: 'Tags can be moved, by their owner or by whoever took over the account; a digest is always the same bytes.',
  elsewhere: [cis('4.2'), nist('4.1.5')],
  bad: 'FROM debian:12.5\n',
  good: `FROM debian:12.5@sha256:${'0'.repeat(64)}\n`,
  *check({ file }) {
    for (const { from, image, parent } of file.stages) {
      const open = image.tag === undefined || image.tag === 'latest' || image.written.includes('$');
      if (parent !== undefined || image.digest !== undefined || image.written === 'scratch' || open) continue;
      yield {
        instruction: from,
        ...spanOfImage(from),
        sentence: `The tag of ${image.written} can be moved to other bytes.`,
        fix: `Name its digest too: ${image.written}@sha256:…`,
      };
    }
  },
};

export const untrustedRegistry: BuildRule = {
  id: 'build/untrusted-registry',
  title: 'Images come from registries that are trusted',
  severity: 'high',
  why: 'Whoever owns the registry decides what is in the image.',
  elsewhere: [hadolint('DL3026'), cis('4.2'), nist('4.1.5')],
  bad: 'FROM example.net/team/base:1.0\n',
  good: 'FROM registry.example/team/base:1.0\n',
  exampleSettings: { trustedRegistries: ['registry.example'] },
  *check({ file, settings: { trustedRegistries } }) {
    if (trustedRegistries.length === 0) return;
    const stages = new Set<string>();
    const untrusted = (image: ImageName) =>
      !stages.has(image.written.toLowerCase()) && !isTrusted(image, trustedRegistries);
    for (const instruction of file.instructions) {
      const bad = imagesOf(instruction).find(untrusted);
      const [, as, alias] = instruction.words;
      if (instruction.keyword === 'FROM' && as !== undefined && alias !== undefined)
        stages.add(alias.text.toLowerCase());
      if (bad === undefined) continue;
      yield {
        instruction,
        sentence: `${bad.written} is not from a registry that is trusted here.`,
        fix: `Take it from one of: ${trustedRegistries.join(', ')}.`,
      } satisfies Finding;
    }
  },
};

/** Images that an instruction names. */
function imagesOf(instruction: Instruction): readonly ImageName[] {
  const { keyword, words } = instruction;
  if (keyword === 'FROM') return [imageName(words[0]?.raw ?? '')];
  const from = flagValue(instruction, 'from');
  if (keyword === 'COPY' && from !== undefined) return /^\d+$/.test(from) ? [] : [imageName(from)];
  return mountOptions(instruction).flatMap((options) => {
    const mounted = options.get('from');
    return mounted === undefined ? [] : [imageName(mounted)];
  });
}

function isTrusted({ registry, written }: ImageName, trusted: readonly string[]): boolean {
  if (written === 'scratch' || written.startsWith('$')) return true;
  const hosts = registry === undefined ? ['docker.io', 'hub.docker.com'] : [registry];
  return trusted.some((allowed) => hosts.some((host) => fits(allowed, host)));
}

function fits(allowed: string, host: string): boolean {
  if (allowed.startsWith('*')) return host.endsWith(allowed.slice(1));
  return allowed.endsWith('*') ? host.startsWith(allowed.slice(0, -1)) : host === allowed;
}

export const fixedPlatform: BuildRule = {
  id: 'build/fixed-platform',
  title: 'FROM leaves the platform to the build',
  severity: 'medium',
  why: 'The image is then for that platform only, whatever the build is asked for.',
  elsewhere: [hadolint('DL3029')],
  bad: 'FROM --platform=linux/amd64 debian:12.5\n',
  good: 'FROM --platform=$BUILDPLATFORM debian:12.5\n',
  *check({ file }) {
    for (const { from } of file.stages) {
      const platform = flagValue(from, 'platform');
      if (platform === undefined || platform === '' || /BUILDPLATFORM|TARGETPLATFORM/.test(platform)) continue;
      yield {
        instruction: from,
        ...spanOfFlag(from, 'platform'),
        sentence: `FROM always takes the image for ${platform}.`,
        fix: 'Leave --platform to docker build.',
      };
    }
  },
};

export const redundantPlatform: BuildRule = {
  id: 'build/redundant-platform',
  title: 'FROM does not ask for the default platform',
  severity: 'negligible',
  why: 'The platform that the image is built for is taken anyway: whoever reads it looks for a reason that is none.',
  elsewhere: [hadolint('DL3065')],
  bad: 'FROM --platform=$TARGETPLATFORM debian:12.5\n',
  good: 'FROM debian:12.5\n',
  *check({ file }) {
    for (const { from } of file.stages) {
      if (!/^\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(flagValue(from, 'platform') ?? '')) continue;
      const flag = from.flags.find(({ name }) => name === 'platform');
      const end = from.words[0]?.span.start ?? flag?.span.end ?? 0;
      yield {
        instruction: from,
        ...spanOfFlag(from, 'platform'),
        sentence: 'FROM asks for the platform that it would take anyway.',
        fix: 'Leave --platform out.',
        edits: flag === undefined || from.flags.length > 1 ? [] : [{ start: flag.span.start, end, text: '' }],
      };
    }
  },
};

function spanOfImage({ words: [image] }: Instruction) {
  return image === undefined ? {} : { span: image.span };
}

function spanOfFlag({ flags }: Instruction, name: string) {
  const flag = flags.find((one) => one.name === name);
  return flag === undefined ? {} : { span: flag.span };
}

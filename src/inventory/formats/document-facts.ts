import type { Problem } from '#core/errors.ts';
import { formatPlatform } from '#core/platform.ts';
import { FACT_PREFIX, type Facts } from '#inventory/formats/package-facts.ts';
import type { SbomInput } from '#inventory/formats/sbom-input.ts';
import type { BaseImage, Inventory, OsRelease } from '#inventory/package.ts';

const METHODS: readonly BaseImage['method'][] = ['annotation', 'label', 'history', 'none'];

type Adding = (name: string, values: readonly (string | undefined)[]) => void;

function collect(fill: (add: Adding) => void): Facts {
  const facts = new Map<string, readonly string[]>();
  fill((name, values) => {
    const known = values.filter((value) => value !== undefined);
    if (known.length > 0) facts.set(name, known);
  });
  return facts;
}

/** Facts of what the document is about: the image, how far it is verified, its base, and what could not be read. */
export function subjectFacts({ description, inventory }: SbomInput): Facts {
  const { base } = inventory;
  return collect((add) => {
    add('target:kind', [description.kind]);
    add('target:verified', [description.verified]);
    add('target:digest', [description.digest]);
    add('target:imageId', [description.imageId]);
    add('target:platform', [description.platform && formatPlatform(description.platform)]);
    add('target:tag', description.tags);
    add('target:diffId', description.config?.diffIds ?? []);
    add('base:method', [base.method]);
    add('base:layers', [String(base.layers)]);
    add('base:name', [base.name]);
    add('base:digest', [base.digest]);
    add('problem', inventory.problems.map(problemText));
  });
}

function problemText({ code, message, path, hint }: Problem): string {
  return JSON.stringify({ code, message, path, hint });
}

/** Facts of the operating system, and the branches of its package repositories. */
export function osFacts(os: OsRelease, repositories: readonly string[]): Facts {
  return collect((add) => {
    add('os:id', [os.id]);
    add('os:versionId', [os.versionId]);
    add('os:name', [os.name]);
    add('os:codename', [os.codename]);
    add('os:idLike', os.idLike);
    add('os:repository', repositories);
  });
}

/** The operating system from its facts; undefined when Holdfast did not write them. */
export function osFromFacts(facts: Facts): Pick<Inventory, 'os' | 'repositories'> | undefined {
  const all = (name: string) => facts.get(FACT_PREFIX + name) ?? [];
  const [id] = all('os:id');
  if (id === undefined) return undefined;
  const [codename] = all('os:codename');
  return {
    os: {
      id,
      versionId: all('os:versionId')[0] ?? '',
      name: all('os:name')[0] ?? id,
      ...(codename === undefined ? {} : { codename }),
      idLike: all('os:idLike'),
    },
    repositories: all('os:repository'),
  };
}

/** The base image from the subject's facts; undefined when Holdfast did not write them. */
export function baseFromFacts(facts: Facts): BaseImage | undefined {
  const first = (name: string) => facts.get(`${FACT_PREFIX}base:${name}`)?.[0];
  const method = METHODS.find((known) => known === first('method'));
  const layers = first('layers') ?? '';
  if (method === undefined || !/^\d{1,6}$/.test(layers)) return undefined;
  const name = first('name');
  const digest = first('digest');
  return {
    ...(name === undefined ? {} : { name }),
    ...(digest === undefined ? {} : { digest }),
    layers: Number(layers),
    method,
  };
}

/** Problems that the run which wrote the document had: its list is incomplete in the same way. */
export function problemsFromFacts(facts: Facts): readonly Problem[] {
  return (facts.get(`${FACT_PREFIX}problem`) ?? []).flatMap((text) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return [];
    }
    if (typeof parsed !== 'object' || parsed === null) return [];
    const { code, message, path, hint } = parsed as Readonly<Record<string, unknown>>;
    if (typeof code !== 'string' || typeof message !== 'string') return [];
    return [
      { code, message, ...(typeof path === 'string' ? { path } : {}), ...(typeof hint === 'string' ? { hint } : {}) },
    ];
  });
}

import type { OpenRecord } from '#app/home/open-record.ts';
import { packageGroups } from '#app/package-groups.ts';
import { contentsProjection } from '#app/projections/contents.ts';
import { flawsProjection, writeFlaws } from '#app/projections/flaws.ts';
import { streamOf, targetOf } from '#app/target-stream.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import { writeCycloneDx } from '#inventory/formats/cyclonedx/write.ts';
import { findingKey } from '#policy/finding-key.ts';
import { jsonPieces } from '#report/json-pieces.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

const MOST_CONTAINERS = 100;
/** Engines refuse images of more than 127 layers. */
const MOST_GROUPS = 300;

/**
 * Puts a scan on the record (`image.inventoried`): inventory and SBOM as blobs, the counts in the event.
 * @returns the event's position
 * @throws `FILE_NOT_WRITTEN`, `DATABASE_*`, `LEDGER_*`
 */
export async function recordScan(
  { ledger, blobs }: Pick<OpenRecord, 'ledger' | 'blobs'>,
  report: ScanReportInput,
  actor: string,
): Promise<number> {
  const { description, inventory, findings, advisories, containers } = report;
  // Blobs first: an event never names what is not there.
  const kept = await blobs.put(bytesOf(jsonPieces({ description, inventory })));
  const groups: string[] = [];
  for (const text of packageGroups(inventory)) groups.push((await blobs.put(Buffer.from(text))).digest);
  const sbom = await blobs.put(bytesOf(writeCycloneDx(report)));
  const flaws = writeFlaws(
    findings.findings.map(({ id, package: { purl } }) => findingKey(id, purl).replaceAll('\n', ' ')),
  );
  const listed = flaws.length === 0 ? undefined : await blobs.put(flaws);
  const target = targetOf(description);
  const coverage: Record<string, number> = {};
  for (const { state, packages } of findings.coverage) coverage[state] = (coverage[state] ?? 0) + packages;
  const data: ImageInventoried = {
    target,
    inventory: kept.digest,
    groups: groups.slice(0, MOST_GROUPS),
    ...(listed === undefined ? {} : { flaws: listed.digest }),
    sbom: sbom.digest,
    packages: counted(inventory.packages.map(({ type }) => type.toWellFormed().slice(0, 40))),
    findings: counted(findings.findings.map(({ severity }) => severity.level)),
    knownExploited: findings.findings.filter(({ exploitation }) => exploitation?.knownExploitedSince !== undefined)
      .length,
    problems: inventory.problems.length,
    coverage,
    advisories:
      advisories === undefined
        ? null
        : { kind: advisories.kind, builtAt: advisories.builtAt, records: advisories.records },
    ...(containers === undefined
      ? {}
      : { containers: containers.slice(0, MOST_CONTAINERS).map(({ name }) => name.toWellFormed().slice(0, 200)) }),
  };
  const result = await ledger.append({
    stream: streamOf(target),
    events: [{ type: 'image.inventoried', data }],
    actor,
  });
  if (result.kind === 'conflict') throw new Error('an append without an expected version has no conflict');
  return result.position;
}

/**
 * Machines that share a database cannot read each other's inventories: the index of what images hold takes them in where
 * they were recorded. What fails is told; the next question tries again.
 */
export async function indexScans({ home, ledger }: Pick<OpenRecord, 'home' | 'ledger'>): Promise<readonly Problem[]> {
  if (home.config.database === 'sqlite') return [];
  try {
    await ledger.look(contentsProjection, async () => undefined);
    await ledger.look(flawsProjection, async () => undefined);
    return [];
  } catch (error) {
    const { code, message } = problemOf(error);
    return [{ code, message: `What the scan found is recorded, and not yet in the index: ${message}` }];
  }
}

const MOST_KINDS = 100;

/** How often each name comes; beyond 100 names, the rest together. */
function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    const key = counts.has(name) || counts.size < MOST_KINDS ? name : 'other';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

async function* bytesOf(pieces: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

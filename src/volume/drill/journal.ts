import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { replaceFile } from '#base/files/replace-file.ts';
import { makeSyncedDirectory, syncDirectory } from '#base/files/sync-directory.ts';
import { writing } from '#base/files/writing.ts';
import { systemCode } from '#core/errors.ts';
import type { Holder } from '#volume/hold/holder.ts';
import { holderSchema } from '#volume/hold/holder-schema.ts';

/*
 * One file a drill, `ID.drill`, on disk before anything is made; it goes when all that it names has gone. The names have the
 * id in them, which is chance's: nothing else is called so.
 */

/** Servers that one drill loads dumps into: of a snapshot with dumps of more containers, the others are not loaded. */
export const MOST_LOADS = 20;

const text = z.string().check(z.maxLength(4096));
const schema = z.object({
  holdfast: z.literal('drill'),
  version: z.literal(1),
  id: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  engine: text,
  holder: holderSchema,
  at: text,
  loads: z.optional(z.int().check(z.gte(0), z.lte(MOST_LOADS))),
});

/** A drill as the journal has it. */
export interface DrillRecord {
  readonly id: string;
  /** The engine, as `DOCKER_HOST` would name it. */
  readonly engine: string;
  readonly holder: Holder;
  /** ISO 8601. */
  readonly at: string;
  /** How many servers it loads dumps into; absent: none. */
  readonly loads?: number;
}

/** What is made to load the dumps of one container. */
export interface LoadNames {
  /** The server, and the volume for its data. */
  readonly server: string;
  /** The volume with the dumps. */
  readonly dumps: string;
}

/** What the scratch volume and the container of a drill are called. */
export function drillName(id: string): string {
  return `holdfast-drill-${id}`;
}

/** What is made for the dumps of the containers of a drill, one after the other. */
export function loadNames({ id, loads = 0 }: Pick<DrillRecord, 'id' | 'loads'>): readonly LoadNames[] {
  const names = Array.from({ length: loads }, (_, index) => `${drillName(id)}-load${index + 1}`);
  return names.map((server) => ({ server, dumps: `${server}-dumps` }));
}

/** Where a drill keeps files of its own while it runs. */
export function drillDirectory(directory: string, id: string): string {
  return join(directory, `${id}.files`);
}

/** The label of a drill's container; its value is the drill's id. */
export const DRILL_LABEL = 'holdfast.drill';

const LIMIT_BYTES = 64 * 1024;

/** Writes down that a drill begins; when this returns, it outlasts a loss of power. @throws `FILE_NOT_WRITTEN` */
export async function beginDrill(directory: string, drill: Omit<DrillRecord, 'id'>): Promise<DrillRecord> {
  const record = { id: randomBytes(8).toString('hex'), ...drill };
  writing(directory, () => makeSyncedDirectory(directory));
  const line = `${JSON.stringify({ holdfast: 'drill', version: 1, ...record })}\n`;
  await replaceFile(pathOf(directory, record), (append) => append(Buffer.from(line)), { mode: 0o600 });
  return record;
}

/** Nothing of it is left, or the operator keeps it. */
export function forgetDrill(directory: string, record: DrillRecord): void {
  rmSync(drillDirectory(directory, record.id), { recursive: true, force: true });
  rmSync(pathOf(directory, record), { force: true });
  syncDirectory(directory);
}

/** All drills that are written down, and files that are no record of one; nothing where there is no directory. */
export function readDrills(directory: string): {
  readonly drills: readonly DrillRecord[];
  readonly foreign: readonly string[];
} {
  const drills: DrillRecord[] = [];
  const foreign: string[] = [];
  for (const name of namesIn(directory).filter((one) => one.endsWith('.drill'))) {
    const path = join(directory, name);
    const record = recordIn(path);
    if (record === 'gone') continue;
    if (record === undefined || `${record.id}.drill` !== name) foreign.push(path);
    else drills.push(record);
  }
  return { drills, foreign };
}

function pathOf(directory: string, { id }: DrillRecord): string {
  return join(directory, `${id}.drill`);
}

function recordIn(path: string): DrillRecord | 'gone' | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > LIMIT_BYTES) return undefined;
    const read = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!read.success) return undefined;
    const { loads, ...record } = read.data;
    return loads === undefined ? record : { ...record, loads };
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'gone' : undefined;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

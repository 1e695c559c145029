import type { FoundDatabase, TreeSurvey } from '#volume/discover/discovery.ts';
import { isDataSqlite, SIGNATURES, SQLITE_TITLE } from '#workload/known-data/signatures.ts';

const DIRECTORIES_LIMIT = 4_000;
const DATABASES_LIMIT = 100;
const LEVELS = 4;

/** A survey while it is made. */
export interface SurveyNotes {
  /** A file below `directory`. */
  file(directory: string, sizeBytes: number): void;
  /** A file or directory whose name may be a database's. */
  named(name: string, path: string, sizeBytes: number | undefined): void;
  /** A file that begins as an SQLite database. */
  sqlite(path: string, sizeBytes: number): void;
  /** Something was left out. */
  incomplete(): void;
  survey(): TreeSurvey;
}

export function surveyNotes(): SurveyNotes {
  const directories = new Map<string, number>();
  const databases: FoundDatabase[] = [];
  let sizeBytes = 0;
  let files = 0;
  let complete = true;
  const found = (database: FoundDatabase) => {
    if (databases.length < DATABASES_LIMIT) databases.push(database);
    else complete = false;
  };
  return {
    file: (directory, bytes) => {
      files += 1;
      sizeBytes += bytes;
      const key = topOf(directory);
      if (directories.has(key) || directories.size < DIRECTORIES_LIMIT) {
        directories.set(key, (directories.get(key) ?? 0) + bytes);
      }
    },
    named: (name, path, bytes) => {
      const signature = SIGNATURES.find(({ names }) => names.includes(name));
      if (signature === undefined) return;
      found({ title: signature.title, path, ...(bytes === undefined ? {} : { sizeBytes: bytes }) });
    },
    sqlite: (path, bytes) => {
      if (isDataSqlite(path)) found({ title: SQLITE_TITLE, path, sizeBytes: bytes });
    },
    incomplete: () => {
      complete = false;
    },
    survey: () => ({ sizeBytes, files, complete, databases: outermost(databases), directories }),
  };
}

function topOf(directory: string): string {
  return directory
    .split('/')
    .slice(0, LEVELS + 1)
    .join('/');
}

/** PostgreSQL writes PG_VERSION into every database of a cluster: the cluster's own stands for them. */
function outermost(databases: readonly FoundDatabase[]): readonly FoundDatabase[] {
  const parent = ({ path }: FoundDatabase) => path.slice(0, path.lastIndexOf('/'));
  const sorted = databases.toSorted((a, b) => parent(a).length - parent(b).length || (a.path < b.path ? -1 : 1));
  const kept: FoundDatabase[] = [];
  for (const database of sorted) {
    const within = (outer: FoundDatabase) =>
      outer.title === database.title &&
      (outer.title !== SQLITE_TITLE ? `${parent(database)}/`.startsWith(`${parent(outer)}/`) : false);
    if (!kept.some(within)) kept.push(database);
  }
  return kept.sort((a, b) => (a.path < b.path ? -1 : 1));
}

import type { DumpHook, DumpPart } from '#volume/dump/dump-hook.ts';

/** The name has no quote in it, and a random part. */
const SCRIPT = `
command -v sqlite3 >/dev/null
[ -f "$1" ]
copy=$(mktemp -u "\${TMPDIR:-/tmp}/.holdfast-XXXXXXXXXX")
trap 'rm -f "$copy"' EXIT
trap 'exit 1' HUP INT TERM PIPE
sqlite3 -bail -cmd '.timeout 30000' "$1" "VACUUM INTO '$copy'" >&2
cat "$copy"`;

function part(path: string): DumpPart {
  return {
    name: `sqlite/${encodeURIComponent(path.replace(/^\/+/, '')).replaceAll('.', '%2E')}.sqlite`,
    script: SCRIPT,
    args: [path],
    check: { heads: [Buffer.from('SQLite format 3\0')] },
  };
}

/** `VACUUM INTO`, where the container has `sqlite3`: a copy of each database as it was at one moment. */
export const sqlite: DumpHook = {
  id: 'sqlite',
  title: 'SQLite',
  covers: 'databases',
  services: [],
  suits: ({ sqliteFiles }) => sqliteFiles.length > 0,
  parts: ({ sqliteFiles }) => sqliteFiles.map(part),
};

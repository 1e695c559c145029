/** One line of a mountinfo file (proc_pid_mountinfo(5)). */
export interface MountLine {
  /** `major:minor` of the filesystem. */
  readonly device: string;
  /** Which path of the filesystem is mounted. */
  readonly root: string;
  readonly at: string;
  readonly type: string;
  /** What the filesystem is made of, `server:/export` for NFS. */
  readonly source: string;
}

const LINES_LIMIT = 50_000;

/** Reads a mountinfo file; lines that are not understood are left out. */
export function parseMountTable(text: string): readonly MountLine[] {
  const lines: MountLine[] = [];
  for (const line of text.split('\n').slice(0, LINES_LIMIT)) {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , device, root, at] = before.split(' ');
    const [type, source = ''] = after.split(' ');
    if (device === undefined || root === undefined || at === undefined || type === undefined || type === '') continue;
    lines.push({ device, root: unescaped(root), at: unescaped(at), type, source: unescaped(source) });
  }
  return lines;
}

/** Blanks and backslashes are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The mount that a path is on. */
export function mountOf(table: readonly MountLine[], path: string): MountLine | undefined {
  let best: MountLine | undefined;
  for (const line of table) {
    const below = line.at === '/' || path === line.at || path.startsWith(`${line.at}/`);
    // Of mounts on one place the last one is seen.
    if (below && (best === undefined || line.at.length >= best.at.length)) best = line;
  }
  return best;
}

/** The path inside its filesystem. */
export function pathOnDevice(line: MountLine, path: string): string {
  const rest = line.at === '/' ? path : path.slice(line.at.length);
  return line.root === '/' ? rest || '/' : `${line.root}${rest === '/' ? '' : rest}`;
}

/** Files that engines mount into each container from a directory that is named by its id. */
const ENGINES_FILES = /^\/(?:etc\/(?:hosts|hostname|resolv\.conf)|run\/\.containerenv)$/;

/** Whether a mount namespace is one of these containers': by their whole ids. */
export function isTableOf(table: readonly MountLine[], containers: readonly string[]): boolean {
  const own = table.filter(({ at }) => ENGINES_FILES.test(at));
  return own.some(({ root }) => containers.some((id) => root.includes(`/${id}/`)));
}

/** What runs commands in shell form. */
export interface ShellInUse {
  /** `sh`, `bash`, `powershell`; without path and ending. */
  readonly name: string;
  /** Whether scripts for it are read as they are here; else nothing is said of them. */
  readonly posix: boolean;
}

const OTHERS: ReadonlySet<string> = new Set(['pwsh', 'powershell', 'cmd']);

export const DEFAULT_SHELL: ShellInUse = { name: 'sh', posix: true };

/** The shell of this path or name. */
export function shellNamed(program: string): ShellInUse {
  const name = (program.split(/[/\\]/).at(-1) ?? '').toLowerCase().replace(/\.exe$/, '');
  return { name, posix: !OTHERS.has(name) };
}

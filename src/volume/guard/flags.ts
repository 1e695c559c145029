/**
 * The options of a command: those that take a value, and those that do not. Long names; a short one stands before a colon
 * (`f:file`).
 */
export interface FlagTable {
  readonly values: readonly string[];
  readonly switches: readonly string[];
  /** Options may stand behind the first word, too. */
  readonly anywhere: boolean;
}

/** An option as it was given, by its long name. */
export interface GivenFlag {
  readonly name: string;
  /** Of a switch: `true`, or what stands behind the equals sign. */
  readonly value: string;
}

export type ReadFlags =
  | { readonly kind: 'read'; readonly flags: readonly GivenFlag[]; readonly words: readonly string[] }
  /** An option that is not in the table, or has no value: what follows it cannot be told apart. */
  | { readonly kind: 'unknown'; readonly flag: string };

/** A table from words. */
export function flagTable(values: string, switches: string, anywhere: boolean): FlagTable {
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
  return { values: words(values), switches: words(switches), anywhere };
}

/**
 * Reads options as Go's pflag does: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, switches together
 * (`-it`), `--` ends them. Nothing is guessed: an option that the table does not have ends the reading.
 */
export function readFlags(args: readonly string[], table: FlagTable): ReadFlags {
  const flags: GivenFlag[] = [];
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') return { kind: 'read', flags, words: [...words, ...args.slice(at + 1)] };
    if (arg === '-' || !arg.startsWith('-')) {
      words.push(arg);
      if (!table.anywhere) return { kind: 'read', flags, words: [...words, ...args.slice(at + 1)] };
      continue;
    }
    const read = arg.startsWith('--') ? long(arg, args[at + 1], table) : short(arg, args[at + 1], table);
    if (read === undefined) return { kind: 'unknown', flag: arg.split('=', 1)[0] ?? arg };
    flags.push(...read.flags);
    if (read.tookNext) at += 1;
  }
  return { kind: 'read', flags, words };
}

/** The values that an option was given, in order. */
export function valuesOf(flags: readonly GivenFlag[], name: string): readonly string[] {
  return flags.filter((flag) => flag.name === name).map(({ value }) => value);
}

interface Taken {
  readonly flags: readonly GivenFlag[];
  readonly tookNext: boolean;
}

function long(arg: string, next: string | undefined, table: FlagTable): Taken | undefined {
  const equals = arg.indexOf('=');
  const given = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
  const value = equals < 0 ? undefined : arg.slice(equals + 1);
  if (table.switches.some((one) => longOf(one) === given)) {
    return { flags: [{ name: given, value: value ?? 'true' }], tookNext: false };
  }
  if (!table.values.some((one) => longOf(one) === given)) return undefined;
  if (value !== undefined) return { flags: [{ name: given, value }], tookNext: false };
  return next === undefined ? undefined : { flags: [{ name: given, value: next }], tookNext: true };
}

function short(arg: string, next: string | undefined, table: FlagTable): Taken | undefined {
  const flags: GivenFlag[] = [];
  for (let at = 1; at < arg.length; at += 1) {
    const letter = arg.charAt(at);
    const rest = arg.slice(at + 1);
    const isLetter = (one: string) => one.startsWith(`${letter}:`);
    const valued = table.values.find(isLetter);
    if (valued !== undefined) {
      const name = longOf(valued);
      if (rest !== '') return { flags: [...flags, { name, value: rest.replace(/^=/, '') }], tookNext: false };
      return next === undefined ? undefined : { flags: [...flags, { name, value: next }], tookNext: true };
    }
    const plain = table.switches.find(isLetter);
    if (plain === undefined) return undefined;
    const name = longOf(plain);
    if (rest.startsWith('=')) return { flags: [...flags, { name, value: rest.slice(1) }], tookNext: false };
    flags.push({ name, value: 'true' });
  }
  return { flags, tookNext: false };
}

function longOf(entry: string): string {
  return entry.slice(entry.indexOf(':') + 1);
}

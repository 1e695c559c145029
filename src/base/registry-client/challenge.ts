/** What a server asks for (RFC 9110, 11.3): a scheme and its parameters, names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]/;
const LIMIT_CHARACTERS = 16 * 1024;

/** Reads from a position on; every read moves it forward or gives nothing. */
interface Scanner {
  readonly text: string;
  at: number;
}

function skip(scanner: Scanner, characters: string): void {
  while (scanner.at < scanner.text.length && characters.includes(scanner.text.charAt(scanner.at))) scanner.at += 1;
}

function readToken(scanner: Scanner): string {
  const start = scanner.at;
  while (TOKEN.test(scanner.text.charAt(scanner.at))) scanner.at += 1;
  return scanner.text.slice(start, scanner.at);
}

function readQuoted(scanner: Scanner): string {
  let value = '';
  for (scanner.at += 1; scanner.at < scanner.text.length; scanner.at += 1) {
    const character = scanner.text.charAt(scanner.at);
    if (character === '"') {
      scanner.at += 1;
      break;
    }
    if (character === '\\') scanner.at += 1;
    value += scanner.text.charAt(scanner.at);
  }
  return value;
}

function readValue(scanner: Scanner): string {
  skip(scanner, ' \t');
  return scanner.text.charAt(scanner.at) === '"' ? readQuoted(scanner) : readToken(scanner);
}

/**
 * Reads a WWW-Authenticate header (RFC 9110, 11.6.1): several challenges in one, quoted texts with escapes. What cannot
 * be read is skipped; of a parameter that comes twice the first counts.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const scanner: Scanner = { text: header.slice(0, LIMIT_CHARACTERS), at: 0 };
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  while (scanner.at < scanner.text.length) {
    skip(scanner, ' \t,');
    const name = readToken(scanner).toLowerCase();
    skip(scanner, ' \t');
    const current = challenges.at(-1);
    if (name === '') scanner.at += 1;
    else if (current !== undefined && scanner.text.charAt(scanner.at) === '=') {
      scanner.at += 1;
      const value = readValue(scanner);
      if (!current.parameters.has(name)) current.parameters.set(name, value);
    } else challenges.push({ scheme: name, parameters: new Map() });
  }
  return challenges;
}

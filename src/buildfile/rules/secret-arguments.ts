import { isPlaceholder, isSecretName } from '#buildfile/rules/secret-words.ts';
import type { Range, Script } from '#buildfile/shell/ast.ts';
import type { Call } from '#buildfile/shell/calls.ts';
import { plainText } from '#buildfile/shell/text.ts';
import { simpleCommands } from '#buildfile/shell/walk.ts';

/** Where a script holds a secret, and what sort; never the secret. */
export interface SecretPlace {
  readonly called: string;
  readonly at: Range;
}

const PASSWORD_FLAG =
  /^--?(?:password|passwd|pass|passphrase|token|secret|api-?key|access-?key|secret-?key|auth-?token)$/i;
const IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:([^/@\s]+)@/i;
const TOKEN_IN_ADDRESS = /^https?:\/\/([A-Za-z0-9_-]{20,})@/;
const HEADER = /^(?:authorization|private-token|x-api-key|x-auth-token)\s*:\s*(?:(?:bearer|basic|token)\s+)?(\S+)/i;

/** Passwords and tokens that a script gives to programs, writes into addresses or assigns. */
export function secretArguments(script: Script, calls: readonly Call[]): readonly SecretPlace[] {
  const assigned = simpleCommands(script).flatMap(({ assignments }) =>
    assignments.flatMap(({ name, value, at }) =>
      value !== undefined && isSecretName(name) && isReal(plainText(value))
        ? [{ called: `a value for ${name}`, at }]
        : [],
    ),
  );
  return [...calls.flatMap(inCall), ...assigned];
}

function inCall(call: Call): readonly SecretPlace[] {
  return call.args.flatMap(({ text, at }, index) => {
    const next = call.args[index + 1]?.text ?? '';
    const found = ofArgument(call.name, text, next);
    return found === undefined ? [] : [{ called: found, at }];
  });
}

function ofArgument(program: string, text: string, next: string): string | undefined {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? next : text.slice(equals + 1);
  if (PASSWORD_FLAG.test(name) && !value.startsWith('-') && isReal(value)) return `a value for ${name}`;
  const [, password = ''] = IN_ADDRESS.exec(text) ?? TOKEN_IN_ADDRESS.exec(text) ?? [];
  if (isReal(password)) return 'a password in an address';
  const [, header = ''] = HEADER.exec(text) ?? [];
  if (isReal(header)) return 'a token in a header';
  const basic = program === 'curl' && (text === '-u' || text === '--user');
  if (basic && next.includes(':') && isReal(next.slice(next.indexOf(':') + 1))) return 'a password for curl';
  const exported = (program === 'export' || program === 'declare') && equals > 0;
  if (exported && isSecretName(name) && isReal(value)) return `a value for ${name}`;
  if (program === 'sshpass' && text === '-p' && isReal(next)) return 'a password for sshpass';
  return undefined;
}

/** Whether it is more than what stands for a secret; what a build fills in is none that the file holds. */
function isReal(value: string): boolean {
  return value !== '' && !value.includes('$') && !isPlaceholder(value);
}

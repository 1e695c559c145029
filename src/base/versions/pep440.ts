import { compareDigits, compareText, digitsEnd, isTooLong, type Order } from './order.ts';

interface Pep440Version {
  readonly epoch: string;
  /** Trailing zeros are gone: `1.0` is `1`. */
  readonly release: readonly string[];
  /** Where the version stands among those of its release: developmental, alpha, beta, candidate, final. */
  readonly phase: number;
  readonly phaseNumber: string;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[];
}

/**
 * Every spelling that PEP 440 normalises. Its parts cannot overlap, and inputs are short, so that it takes at most a few
 * steps for each character.
 */
const SHAPE =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?(\d+)?)?(?:-(\d+)|[._-]?(post|rev|r)[._-]?(\d+)?)?(?:[._-]?(dev)[._-]?(\d+)?)?(?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?$/i;

const FINAL = 4;
const PHASES: Readonly<Record<string, number>> = {
  a: 1,
  alpha: 1,
  b: 2,
  beta: 2,
  c: 3,
  rc: 3,
  pre: 3,
  preview: 3,
};

/**
 * Orders two Python versions by PEP 440 (now the version specifiers specification), all spellings normalised.
 * Undefined for anything that is no such version (`1.0-final`, `trunk`), as Python's own packaging library refuses it.
 */
export function comparePep440(a: string, b: string): Order | undefined {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) return undefined;
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareLists(left.release, right.release, compareDigits) ||
    (Math.sign(left.phase - right.phase) as Order) ||
    compareDigits(left.phaseNumber, right.phaseNumber) ||
    compareOptional(left.post, right.post, -1) ||
    compareOptional(left.dev, right.dev, 1) ||
    compareLists(left.local, right.local, compareLocalParts)
  );
}

function parse(text: string): Pep440Version | undefined {
  if (isTooLong(text)) return undefined;
  const match = SHAPE.exec(text.trim());
  if (match === null) return undefined;
  const [, epoch = '', release = '', pre, preNumber = '', postOnly, postWord, postNumber = ''] = match;
  const [devWord, devNumber = '', local = ''] = match.slice(8);
  const post = postOnly ?? (postWord === undefined ? undefined : postNumber);
  const dev = devWord === undefined ? undefined : devNumber;
  const numbers = release.split('.');
  while (numbers.length > 1 && isZero(numbers.at(-1) ?? '')) numbers.pop();
  // A developmental release of a final release comes before that release's alphas; of a post or pre release it does not.
  const phase = pre !== undefined ? PHASES[pre.toLowerCase()] : post === undefined && dev !== undefined ? 0 : FINAL;
  return {
    epoch,
    release: numbers,
    phase: phase ?? FINAL,
    phaseNumber: preNumber,
    post,
    dev,
    local: local === '' ? [] : local.toLowerCase().split(/[._-]/),
  };
}

function isZero(digits: string): boolean {
  return compareDigits(digits, '') === 0;
}

/** A part that only one side has: `absent` says where the other side stands. */
function compareOptional(a: string | undefined, b: string | undefined, absent: Order): Order {
  if (a === undefined && b === undefined) return 0;
  if (a === undefined) return absent;
  if (b === undefined) return absent === 1 ? -1 : 1;
  return compareDigits(a, b);
}

/** From the left; of two lists that agree so far, the longer is higher. */
function compareLists(a: readonly string[], b: readonly string[], compare: (a: string, b: string) => Order): Order {
  for (let index = 0; ; index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1;
    const order = compare(left, right);
    if (order !== 0) return order;
  }
}

/** Numbers by value and above words, words alphabetically. */
function compareLocalParts(a: string, b: string): Order {
  const leftNumeric = digitsEnd(a, 0) === a.length;
  const rightNumeric = digitsEnd(b, 0) === b.length;
  if (leftNumeric && rightNumeric) return compareDigits(a, b);
  if (leftNumeric !== rightNumeric) return leftNumeric ? 1 : -1;
  return compareText(a, b);
}

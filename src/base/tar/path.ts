/** Longest path that is kept; Linux's own limit (PATH_MAX). */
const MAX_PATH_BYTES = 4096;
/** Deeper is nothing but an attack on those who look at every directory above a file. */
const MAX_DEPTH = 256;

/**
 * The path inside the root that an archive's name means: without leading `/` and `./`, empty and `.` parts.
 * Undefined when it would leave the root or is too long or too deep. The root itself is the empty string.
 */
export function cleanPath(name: string): string | undefined {
  if (name.length > MAX_PATH_BYTES || name.includes('\0')) return undefined;
  let start = 0;
  let end = name.length;
  while (start < end) {
    if (name.charCodeAt(start) === 0x2f) start += 1;
    else if (name.charCodeAt(start) === 0x2e && (start + 1 === end || name.charCodeAt(start + 1) === 0x2f)) start += 1;
    else break;
  }
  while (end > start && name.charCodeAt(end - 1) === 0x2f) end -= 1;
  const trimmed = start === 0 && end === name.length ? name : name.slice(start, end);
  if (!trimmed.includes('//') && !trimmed.includes('/.') && !trimmed.startsWith('..')) {
    return trimmed.length > 2 * MAX_DEPTH && trimmed.split('/').length > MAX_DEPTH ? undefined : trimmed;
  }
  const parts: string[] = [];
  for (const part of trimmed.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length > MAX_DEPTH ? undefined : parts.join('/');
}

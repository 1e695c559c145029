/**
 * A pattern for names of images: `*` stands for anything without a slash, `**` for anything. A pattern without a tag or
 * digest fits all of them.
 */
export function imagePattern(pattern: string): (reference: string) => boolean {
  const tagged = /[:@][^/]*$/.test(pattern);
  const source = pattern.replace(/\*\*|\*|[^*]+/g, (part) =>
    part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'),
  );
  // Runs of stars are one star: otherwise a hostile name could take very long.
  const collapsed = source.replace(/(?:\.\*|\[\^\/\]\*){2,}/g, '.*');
  const test = new RegExp(`^${collapsed}${tagged ? '' : '(?:[:@][^/]*)?'}$`, 's');
  return (reference) => test.test(reference);
}

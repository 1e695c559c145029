/** How findings of two reports are compared: a new version of a package that has the same flaw is nothing new. */
export function findingKey(id: string, purl: string): string {
  return `${id} ${purl.replace(/@[^@?#/]*(?=$|[?#])/, '').replace(/[?#].*$/, '')}`;
}

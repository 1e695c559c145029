/** Remembers what was made of its owner, by the function that made it. */
export type Memo = Map<unknown, unknown>;

/** What a function makes of something that carries a memo; made once. */
export function once<Owner extends { readonly memo: Memo }, T>(owner: Owner, make: (owner: Owner) => T): T {
  // Under this function there is only what this function made.
  if (owner.memo.has(make)) return owner.memo.get(make) as T;
  const made = make(owner);
  owner.memo.set(make, made);
  return made;
}

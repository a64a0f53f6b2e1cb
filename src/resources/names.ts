import { plainName } from '../plan/keys.js';

/** Names are the same when they read the same: composition and spacing do not count. */
function sameName(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

/** What has that name among the others of its account. */
export function named<T>(
  all: readonly T[],
  nameOf: (each: T) => string | null | undefined,
  wanted: string,
): T | null {
  return (
    all.find((each) => {
      const name = nameOf(each);
      return name != null && sameName(name, wanted);
    }) ?? null
  );
}

/**
 * That others of its account have the same name, in words: which of them is meant, nobody can tell.
 * @param what what people call several of its kind
 */
export function twinsOf<T>(
  one: T,
  all: readonly T[],
  nameOf: (each: T) => string | null | undefined,
  what: string,
): string | null {
  const name = nameOf(one);
  if (name == null) return null;
  const count = all.filter((each) => sameName(nameOf(each) ?? '', name)).length;
  return count > 1 ? `${count} ${what} of the account are called "${name}"` : null;
}

/** All that have that name among the others of their account, where the platform may hold a name more than once. */
export function allNamed<T>(
  all: readonly T[],
  nameOf: (each: T) => string | null | undefined,
  wanted: string,
): T[] {
  return all.filter((each) => {
    const name = nameOf(each);
    return name != null && sameName(name, wanted);
  });
}

/** That somebody has given it another name, in words; null when it has its name, or the platform does not say. */
export function renamed(now: string | null | undefined, wanted: string): string | null {
  return now == null || sameName(now, wanted) ? null : `it is now called "${now}"`;
}

/** The same for names of people and companies, where letter case does not count either. */
export function readsLike(a: string, b: string): boolean {
  return plainName(a).toLowerCase() === plainName(b).toLowerCase();
}

/** Codes that people write in capitals or not, such as MAC addresses. */
export function sameCode(a: string | null | undefined, b: string | null | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

import { plainName } from '../plan/keys.js';

/** Names are the same when they read the same: composition and spacing do not count. */
export function sameName(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

/** The same for names of people and companies, where letter case does not count either. */
export function readsLike(a: string, b: string): boolean {
  return plainName(a).toLowerCase() === plainName(b).toLowerCase();
}

/** Codes that people write in capitals or not, such as MAC addresses. */
export function sameCode(a: string | null | undefined, b: string | null | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

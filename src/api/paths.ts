/** Marks a part of a path that cannot be sent. It never stands in what `encodeURIComponent` gives. */
const UNSENDABLE = '\0';

/**
 * An ID or a name that can stand as a part of a path: not blank, no dot segment (which a server would resolve to
 * another path), no control character, no half of a character pair, at most 256 characters.
 */
export const PATH_PART = /^(?!\.{1,2}$)(?!\s*$)[^\p{Cc}\p{Cs}]{1,256}$/u;

/** Encodes a part of a path. Never throws: what cannot be a part is marked, and found by {@link unsendable}. */
export function pathPart(text: string): string {
  return PATH_PART.test(text) ? encodeURIComponent(text) : marked(text);
}

/** Encodes a value of a query in the same way; only half of a character pair cannot be sent there. */
export function queryValue(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : marked(text);
}

function marked(text: string): string {
  return UNSENDABLE + encodeURIComponent(text.toWellFormed()) + UNSENDABLE;
}

/** The first part of a path that cannot be sent, as a person can read it; null when all can. */
export function unsendable(path: string): string | null {
  const start = path.indexOf(UNSENDABLE);
  if (start < 0) return null;
  return decodeURIComponent(path.slice(start + 1, path.indexOf(UNSENDABLE, start + 1)));
}

/**
 * The edit distance of two texts: insertions, deletions, replacements and swaps of neighbours count one each.
 * Gives `limit + 1` as soon as it is sure to be more than `limit`.
 */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, (last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    if (Math.min(...current) > limit) return limit + 1;
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** The form in which names are compared: without case, spaces, `_`, `-` and other punctuation. */
export function fold(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}#]+/gu, '');
}

/**
 * The name that a misspelt text most likely means, or null when none is near: at most a third of the letters
 * differ (compared folded), or one name begins with the other (four letters or more).
 */
export function nearest<T extends string>(text: string, names: readonly T[]): T | null {
  const folded = fold(text);
  const [best = null] = misspelt(folded, names);
  if (best !== null || folded.length < 4) return best;
  return names.find((name) => fold(name).startsWith(folded) || folded.startsWith(fold(name))) ?? null;
}

/**
 * The option that a text most likely means, or null when it may be more than one or none: the text is the beginning,
 * the end or some whole words of a name (three letters or more), begins with a name, or is one misspelt.
 *
 * @param known the names of each option, its own among them
 */
export function nearestOption<T extends string>(text: string, known: ReadonlyMap<string, T>): T | null {
  const folded = fold(text);
  const options = [...new Set(known.values())];
  if (folded.length < 3) return onlyOne(misspelt(folded, options));
  const typed = words(text);
  const meant = new Set<T>();
  for (const [name, option] of known) {
    const whole = fold(name);
    const isPart = whole.startsWith(folded) || whole.endsWith(folded) || words(name).includes(typed);
    if (isPart || (whole.length > 2 && folded.startsWith(whole))) meant.add(option);
  }
  return onlyOne([...meant]) ?? onlyOne(misspelt(folded, options));
}

function onlyOne<T>(found: readonly T[]): T | null {
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The words of a text in lower case, each between two spaces. */
function words(text: string): string {
  const spaced = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
  return ` ${spaced.trim()} `;
}

/** The names that are nearest to a folded text, all equally near; none when more than a third of its letters differ. */
function misspelt<T extends string>(folded: string, names: readonly T[]): T[] {
  if (folded === '') return [];
  let best: T[] = [];
  let bestDistance = Math.max(1, Math.floor(folded.length / 3)) + 1;
  for (const name of names) {
    const found = distance(folded, fold(name), bestDistance);
    if (found === bestDistance && best.length > 0) best.push(name);
    if (found < bestDistance) {
      best = [name];
      bestDistance = found;
    }
  }
  return best;
}

const MAX_NAME_LENGTH = 31;
/** Names that Excel, and our own drop-down lists, keep to themselves. */
const RESERVED = ['history', 'lists'];

/** Gives worksheets names that Excel accepts: no more than 31 characters, none of `[]:*?/\`, each only once. */
export class SheetNames {
  readonly #taken = new Set<string>(RESERVED);

  /** @returns the wanted name, or the nearest to it that can be had */
  next(wanted: string): string {
    const legal =
      wanted
        .replace(/[[\]:*?/\\\p{Cc}]/gu, ' ')
        .replace(/^[\s']+|[\s']+$/g, '')
        .slice(0, MAX_NAME_LENGTH)
        .trim() || 'Sheet';
    let name = legal;
    for (let n = 2; this.#taken.has(name.toLowerCase()); n += 1) {
      const suffix = ` (${n})`;
      name = legal.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
    }
    this.#taken.add(name.toLowerCase());
    return name;
  }
}

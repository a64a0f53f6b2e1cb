interface Row {
  readonly id: string;
  readonly accountId?: string;
}

/**
 * Rows by id, in the order of their creation, with an index for each unique key and one by account.
 * Rows are never changed in place: `put` replaces. What changes can be listed and undone until it is kept.
 */
export class Table<T extends Row> {
  readonly #rows = new Map<string, T>();
  readonly #byAccount = new Map<string, Set<string>>();
  readonly #keys: readonly (readonly [string, (row: T) => string | undefined])[];
  readonly #byKey = new Map<string, Map<string, string>>();
  /** The rows changed since the changes were last kept or undone: id → the row before, undefined for none. */
  readonly #before = new Map<string, T | undefined>();

  /** @param keys the unique keys: name → the key of a row, undefined when the row has none */
  constructor(keys: { readonly [name: string]: (row: T) => string | undefined }) {
    this.#keys = Object.entries(keys);
    for (const name in keys) this.#byKey.set(name, new Map());
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id);
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  /** @returns the row with that value of a unique key */
  by(key: string, value: string): T | undefined {
    const id = this.#byKey.get(key)?.get(value);
    return id === undefined ? undefined : this.#rows.get(id);
  }

  /** @returns the rows of an account, oldest first */
  of(accountId: string): T[] {
    const rows: T[] = [];
    for (const id of this.#byAccount.get(accountId) ?? []) {
      const row = this.#rows.get(id);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** @returns how many rows an account has */
  countOf(accountId: string): number {
    return this.#byAccount.get(accountId)?.size ?? 0;
  }

  /** Adds the row, or replaces the one of the same id. */
  put(row: T): void {
    const old = this.#rows.get(row.id);
    this.#remember(row.id, old);
    if (old !== undefined) this.#forgetKeys(old);
    if (old?.accountId !== row.accountId) this.#forgetAccount(old);
    this.#rows.set(row.id, row);
    for (const [name, keyOf] of this.#keys) {
      const key = keyOf(row);
      if (key !== undefined) this.#byKey.get(name)?.set(key, row.id);
    }
    if (row.accountId === undefined) return;
    const ids = this.#byAccount.get(row.accountId);
    if (ids === undefined) this.#byAccount.set(row.accountId, new Set([row.id]));
    else ids.add(row.id);
  }

  delete(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#remember(id, row);
    this.#forgetKeys(row);
    this.#forgetAccount(row);
    this.#rows.delete(id);
  }

  /** Deletes all rows of an account. */
  deleteOf(accountId: string): void {
    for (const row of this.of(accountId)) this.delete(row.id);
  }

  values(): IterableIterator<T> {
    return this.#rows.values();
  }

  clear(): void {
    for (const id of this.#rows.keys()) this.delete(id);
  }

  toJSON(): T[] {
    return [...this.#rows.values()];
  }

  /** @returns the rows put and the ids deleted since the changes were last kept or undone; undefined for none */
  changes(): { readonly put: readonly T[]; readonly deleted: readonly string[] } | undefined {
    if (this.#before.size === 0) return undefined;
    const put: T[] = [];
    const deleted: string[] = [];
    for (const [id, before] of this.#before) {
      const row = this.#rows.get(id);
      if (row !== undefined) put.push(row);
      else if (before !== undefined) deleted.push(id);
    }
    return { put, deleted };
  }

  keepChanges(): void {
    if (this.#before.size > 0) this.#before.clear();
  }

  /** Brings the rows back as they were; one that was deleted comes back as the newest. */
  undoChanges(): void {
    for (const [id, before] of this.#before) {
      if (before === undefined) this.delete(id);
      else this.put(before);
    }
    this.keepChanges();
  }

  /**
   * Makes changes that {@link changes} gave, read from JSON.
   *
   * @returns how many rows that were
   * @throws TypeError when they are something else
   */
  apply(put: unknown, deleted: unknown): number {
    if (!Array.isArray(put) || !Array.isArray(deleted)) throw new TypeError('changes are not in an array');
    for (const id of deleted) this.delete(id);
    for (const row of put) {
      if (typeof row?.id !== 'string') throw new TypeError('a row has no id');
      this.put(row);
    }
    return put.length + deleted.length;
  }

  #remember(id: string, before: T | undefined): void {
    if (!this.#before.has(id)) this.#before.set(id, before);
  }

  #forgetKeys(row: T): void {
    for (const [name, keyOf] of this.#keys) {
      const key = keyOf(row);
      const ids = this.#byKey.get(name);
      // While changes are applied or undone, another row may have the key already.
      if (key !== undefined && ids?.get(key) === row.id) ids.delete(key);
    }
  }

  #forgetAccount(row: T | undefined): void {
    if (row?.accountId === undefined) return;
    const ids = this.#byAccount.get(row.accountId);
    ids?.delete(row.id);
    if (ids?.size === 0) this.#byAccount.delete(row.accountId);
  }
}

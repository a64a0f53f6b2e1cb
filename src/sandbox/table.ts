interface Row {
  readonly id: string;
  readonly accountId?: string;
}

/**
 * Rows by id, in the order of their creation, with an index for each unique key and one by account.
 * Rows are never changed in place: `put` replaces.
 */
export class Table<T extends Row> {
  readonly #rows = new Map<string, T>();
  readonly #byAccount = new Map<string, Set<string>>();
  readonly #keys: readonly (readonly [string, (row: T) => string | undefined])[];
  readonly #byKey = new Map<string, Map<string, string>>();

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
    this.#rows.clear();
    this.#byAccount.clear();
    for (const index of this.#byKey.values()) index.clear();
  }

  toJSON(): T[] {
    return [...this.#rows.values()];
  }

  /** Adds rows that {@link toJSON} gave. @throws TypeError when it is not an array of rows */
  load(name: string, rows: unknown): void {
    if (!Array.isArray(rows)) throw new TypeError(`${name} is not an array`);
    for (const row of rows) {
      if (typeof row?.id !== 'string') throw new TypeError(`${name} holds a row without an id`);
      this.put(row);
    }
  }

  #forgetKeys(row: T): void {
    for (const [name, keyOf] of this.#keys) {
      const key = keyOf(row);
      if (key !== undefined) this.#byKey.get(name)?.delete(key);
    }
  }

  #forgetAccount(row: T | undefined): void {
    if (row?.accountId === undefined) return;
    const ids = this.#byAccount.get(row.accountId);
    ids?.delete(row.id);
    if (ids?.size === 0) this.#byAccount.delete(row.accountId);
  }
}

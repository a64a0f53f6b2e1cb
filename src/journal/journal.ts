import type { Statement } from 'libsql';
import { KeyMarks } from './key-marks.js';
import { Store } from './store.js';

/** A value that JSON can hold; what the journal keeps of the other stages' values. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** One input sheet of the run. */
export interface StoredSource {
  readonly id: number;
  readonly file: string;
  readonly sheet: string | null;
  readonly header: readonly string[];
  /** what each header means, as it was decided when the sheet was opened */
  readonly understood: readonly JsonObject[];
}

/** One input row with what became of it. `record` is the validated record of the row. */
export interface StoredRow<R> {
  readonly ordinal: number;
  readonly source: number;
  /** the number that the spreadsheet shows */
  readonly row: number;
  readonly cells: readonly string[];
  readonly record: R;
  readonly status: string;
  readonly result: JsonObject | null;
}

/**
 * Where a create stands: `intent` sent or about to be, so in doubt until an outcome is written; `created` by this
 * run; `existing` found and not made by this run; `failed` refused by the platform; `released`, `deleted`, `kept`
 * are what undo leaves.
 */
export type StepState =
  | 'intent'
  | 'created'
  | 'existing'
  | 'failed'
  | 'released'
  | 'deleting'
  | 'deleted'
  | 'kept';

/** The durable memory of one create. */
export interface StoredStep {
  readonly seq: number;
  /** the resource's natural key, such as `user:SP-123/4000` */
  readonly key: string;
  readonly kind: string;
  /** ordinal of the first row that asked for it */
  readonly owner: number;
  readonly state: StepState;
  /** when the state was written, milliseconds since 1970 */
  readonly at: number;
  readonly intent: JsonObject;
  readonly outcome: JsonObject | null;
}

/** Rows or steps that are in memory at a time. */
const PAGE = 200;
const STEP_COLUMNS = 'seq, key, kind, owner, state, at, intent, outcome';
const ROW_COLUMNS = 'ordinal, source, row, cells, record, status, result';

/**
 * The durable memory of a run: its inputs row by row, what is wrong with them, and an intent and an outcome for every
 * create. Reads are synchronous and see what is committed; writes resolve when they are on disk.
 *
 * @typeParam R what the run's records are; kept as JSON
 */
export class Journal<R> {
  readonly #store: Store;
  readonly #statements = new Map<string, Statement<unknown[]>>();
  /** the keys of steps, once they are asked for: most look-ups are for a key that has none, and take a query's time */
  #stepKeys: KeyMarks | null = null;

  /** @throws StopError when the file cannot be opened */
  constructor(file: string) {
    this.#store = new Store(file);
  }

  /** Remembers a fact of the run, such as its options. */
  setMeta(key: string, value: Json): Promise<void> {
    return this.#write('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, JSON.stringify(value));
  }

  meta(key: string): Json | undefined {
    const row = this.#first<{ value: string }>('SELECT value FROM meta WHERE key = ?', key);
    return row && (JSON.parse(row.value) as Json);
  }

  addSource(source: StoredSource): Promise<void> {
    return this.#write(
      'INSERT INTO sources (id, file, sheet, header, understood) VALUES (?, ?, ?, ?, ?)',
      source.id,
      source.file,
      source.sheet,
      JSON.stringify(source.header),
      JSON.stringify(source.understood),
    );
  }

  sources(): StoredSource[] {
    type Raw = { id: number; file: string; sheet: string | null; header: string; understood: string };
    return this.#all<Raw>('SELECT id, file, sheet, header, understood FROM sources ORDER BY id').map(
      (raw) => ({
        ...raw,
        header: JSON.parse(raw.header) as string[],
        understood: JSON.parse(raw.understood) as JsonObject[],
      }),
    );
  }

  /** Adds an input row; `phone` is the number the row names, if any, so that no search hands it out. */
  addRow(row: Omit<StoredRow<R>, 'result'>, phone: string | null): Promise<void> {
    return this.#write(
      'INSERT INTO rows (ordinal, source, row, cells, record, phone, status) VALUES (?, ?, ?, ?, ?, ?, ?)',
      row.ordinal,
      row.source,
      row.row,
      JSON.stringify(row.cells),
      JSON.stringify(row.record),
      phone,
      row.status,
    );
  }

  row(ordinal: number): StoredRow<R> | undefined {
    const raw = this.#first<RawRow>(`SELECT ${ROW_COLUMNS} FROM rows WHERE ordinal = ?`, ordinal);
    return raw && storedRow<R>(raw);
  }

  /** The rows above `after`, in input order, at most `limit`; only those of one status when it is given. */
  rowsAfter(after: number, limit: number, status?: string): StoredRow<R>[] {
    const raws =
      status === undefined
        ? this.#all<RawRow>(
            `SELECT ${ROW_COLUMNS} FROM rows WHERE ordinal > ? ORDER BY ordinal LIMIT ?`,
            after,
            limit,
          )
        : this.#all<RawRow>(
            `SELECT ${ROW_COLUMNS} FROM rows WHERE ordinal > ? AND status = ? ORDER BY ordinal LIMIT ?`,
            after,
            status,
            limit,
          );
    return raws.map((raw) => storedRow<R>(raw));
  }

  /** All rows in input order, or those of one status, a page in memory at a time. */
  *rows(status?: string): Generator<StoredRow<R>> {
    for (let after = 0; ; ) {
      const page = this.rowsAfter(after, PAGE, status);
      yield* page;
      const last = page.at(-1);
      if (!last) return;
      after = last.ordinal;
    }
  }

  /** The ordinal of the row that names this number, if one does. */
  rowOfPhone(phone: string): number | undefined {
    return this.#first<{ ordinal: number }>('SELECT ordinal FROM rows WHERE phone = ?', phone)?.ordinal;
  }

  /** Replaces the record of a row. */
  setRecord(ordinal: number, record: R): Promise<void> {
    return this.#write('UPDATE rows SET record = ? WHERE ordinal = ?', JSON.stringify(record), ordinal);
  }

  setRowStatus(ordinal: number, status: string, result: JsonObject | null): Promise<void> {
    return this.#write(
      'UPDATE rows SET status = ?, result = ? WHERE ordinal = ?',
      status,
      result === null ? null : JSON.stringify(result),
      ordinal,
    );
  }

  /** Makes the rows pending again that failed for passing reasons only. */
  retryTransient(): Promise<void> {
    return this.#write(
      `UPDATE rows SET status = 'pending', result = NULL
       WHERE status IN ('failed', 'skipped') AND json_extract(result, '$.transient') = 1`,
    );
  }

  /** Makes failed and skipped rows pending again, and forgets why their steps failed; what is in doubt stays so. */
  retryFailed(): Promise<void> {
    return this.#store.durable(() => {
      this.#statement(
        "UPDATE rows SET status = 'pending', result = NULL WHERE status IN ('failed', 'skipped')",
      ).run();
      this.#statement("DELETE FROM steps WHERE state = 'failed'").run();
    });
  }

  /** Empties what was read of the input, so that it can be read anew. */
  forgetInput(): Promise<void> {
    return this.#store.durable(() => {
      for (const table of ['sources', 'rows', 'problems']) this.#statement(`DELETE FROM ${table}`).run();
    });
  }

  /** How many rows there are of each status. */
  countRows(): Map<string, number> {
    type Raw = { status: string; n: number };
    return new Map(
      this.#all<Raw>('SELECT status, count(*) AS n FROM rows GROUP BY status').map((raw) => [
        raw.status,
        raw.n,
      ]),
    );
  }

  addProblem(ordinal: number, problem: JsonObject): Promise<void> {
    return this.#write(
      'INSERT INTO problems (ordinal, problem) VALUES (?, ?)',
      ordinal,
      JSON.stringify(problem),
    );
  }

  /** The problems of one row; ordinal 0 holds those of the input as a whole. */
  problems(ordinal: number): JsonObject[] {
    return this.#all<{ problem: string }>('SELECT problem FROM problems WHERE ordinal = ?', ordinal).map(
      (raw) => JSON.parse(raw.problem) as JsonObject,
    );
  }

  step(key: string): StoredStep | undefined {
    if (!this.#marks().mayHave(key)) return undefined;
    const raw = this.#first<RawStep>(`SELECT ${STEP_COLUMNS} FROM steps WHERE key = ?`, key);
    return raw && storedStep(raw);
  }

  /** Steps of one kind, newest first, `before` exclusive, at most `limit`. */
  stepsBefore(kind: string, before: number, limit: number): StoredStep[] {
    return this.#all<RawStep>(
      `SELECT ${STEP_COLUMNS} FROM steps WHERE kind = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
      kind,
      before,
      limit,
    ).map(storedStep);
  }

  /** All steps of one kind, newest first, a page in memory at a time. */
  *steps(kind: string): Generator<StoredStep> {
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const page = this.stepsBefore(kind, before, PAGE);
      yield* page;
      const last = page.at(-1);
      if (!last) return;
      before = last.seq;
    }
  }

  /** A step by its number. */
  stepAt(seq: number): StoredStep | undefined {
    const raw = this.#first<RawStep>(`SELECT ${STEP_COLUMNS} FROM steps WHERE seq = ?`, seq);
    return raw && storedStep(raw);
  }

  /**
   * The numbers of the steps that are in one of the states, those of one account together, the newest account first. An
   * account is told by the first of its rows. Takes a few bytes a step.
   */
  stepsByAccount(states: readonly StepState[]): number[][] {
    const accounts: number[][] = [];
    let last = Number.NaN;
    const rows = this.#statement(
      `SELECT steps.seq AS seq, json_extract(rows.record, '$.accountFirst') AS account
       FROM steps JOIN rows ON rows.ordinal = steps.owner
       WHERE steps.state IN (${states.map(() => '?').join(', ')}) ORDER BY account DESC, seq DESC`,
    ).iterate(...states) as Iterable<{ seq: number; account: number }>;
    for (const { seq, account } of rows) {
      if (account !== last) accounts.push([]);
      last = account;
      accounts.at(-1)?.push(seq);
    }
    return accounts;
  }

  /** How many steps there are of each kind and state. */
  countSteps(): { kind: string; state: StepState; count: number }[] {
    return this.#all('SELECT kind, state, count(*) AS count FROM steps GROUP BY kind, state');
  }

  /**
   * Writes that a create is about to be sent. Must resolve before it is sent.
   * @param picked the number that this step will take, when a search chose it; no other row gets it afterwards
   */
  intend(key: string, kind: string, owner: number, intent: JsonObject, picked?: string): Promise<void> {
    const at = Date.now();
    const text = JSON.stringify(intent);
    this.#marks().mark(key);
    return this.#store.durable(() => {
      this.#statement(
        `INSERT INTO steps (key, kind, owner, state, at, intent) VALUES (?, ?, ?, 'intent', ?, ?)
         ON CONFLICT (key) DO UPDATE SET state = 'intent', at = excluded.at, intent = excluded.intent, outcome = NULL`,
      ).run(key, kind, owner, at, text);
      if (picked !== undefined)
        this.#statement('INSERT OR REPLACE INTO picked (phone, key) VALUES (?, ?)').run(picked, key);
    });
  }

  /** Writes what became of a create. Must resolve before anything that depends on it is sent. */
  settle(key: string, kind: string, owner: number, state: StepState, outcome: JsonObject): Promise<void> {
    this.#marks().mark(key);
    return this.#write(
      `INSERT INTO steps (key, kind, owner, state, at, intent, outcome) VALUES (?, ?, ?, ?, ?, '{}', ?)
       ON CONFLICT (key) DO UPDATE SET state = excluded.state, at = excluded.at, outcome = excluded.outcome`,
      key,
      kind,
      owner,
      state,
      Date.now(),
      JSON.stringify(outcome),
    );
  }

  /** The step that picked this number from a search, if one did. */
  pickedBy(phone: string): string | undefined {
    return this.#first<{ key: string }>('SELECT key FROM picked WHERE phone = ?', phone)?.key;
  }

  /** A remembered answer of the platform to a question that need not be asked twice. */
  answer(key: string): JsonObject | undefined {
    const raw = this.#first<{ answer: string }>('SELECT answer FROM answers WHERE key = ?', key);
    return raw && (JSON.parse(raw.answer) as JsonObject);
  }

  rememberAnswer(key: string, answer: JsonObject): Promise<void> {
    return this.#write(
      'INSERT OR REPLACE INTO answers (key, answer) VALUES (?, ?)',
      key,
      JSON.stringify(answer),
    );
  }

  flush(): Promise<void> {
    return this.#store.flush();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** The marks of all keys in the table, and of those about to be: a key is marked before its step is written. */
  #marks(): KeyMarks {
    if (!this.#stepKeys) {
      this.#stepKeys = new KeyMarks();
      for (const { key } of this.#statement('SELECT key FROM steps').iterate() as Iterable<{ key: string }>)
        this.#stepKeys.mark(key);
    }
    return this.#stepKeys;
  }

  #statement(sql: string): Statement<unknown[]> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#store.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #write(sql: string, ...values: unknown[]): Promise<void> {
    return this.#store.durable(() => void this.#statement(sql).run(...values));
  }

  /** The driver's `.get()`, a third faster than `.all()`; it adds a key `_metadata` to the row. */
  #first<T>(sql: string, ...values: unknown[]): T | undefined {
    return this.#statement(sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, ...values: unknown[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }
}

interface RawRow {
  ordinal: number;
  source: number;
  row: number;
  cells: string;
  record: string;
  status: string;
  result: string | null;
}

function storedRow<R>(raw: RawRow): StoredRow<R> {
  return {
    ordinal: raw.ordinal,
    source: raw.source,
    row: raw.row,
    cells: JSON.parse(raw.cells) as string[],
    record: JSON.parse(raw.record) as R,
    status: raw.status,
    result: raw.result === null ? null : (JSON.parse(raw.result) as JsonObject),
  };
}

interface RawStep {
  seq: number;
  key: string;
  kind: string;
  owner: number;
  state: string;
  at: number;
  intent: string;
  outcome: string | null;
}

function storedStep({ seq, key, kind, owner, state, at, intent, outcome }: RawStep): StoredStep {
  return {
    seq,
    key,
    kind,
    owner,
    state: state as StepState,
    at,
    intent: JSON.parse(intent) as JsonObject,
    outcome: outcome === null ? null : (JSON.parse(outcome) as JsonObject),
  };
}

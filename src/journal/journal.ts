import { crc32 } from 'node:zlib';
import type { Statement } from 'libsql';
import { KeyMarks } from './key-marks.js';
import { createStore, DamagedValue, Store } from './store.js';

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
  readonly selection: Selection;
}

/** One of the rows of a port order. */
export interface RowOfPortOrder {
  readonly ordinal: number;
  /** its number; null where that is not usable */
  readonly phone: string | null;
  readonly status: string;
  readonly selection: Selection;
}

/** Whether a row is worked on. `takenBack`: undo deleted what it stood for, and no resume brings it about again. */
export type Selection = (typeof SELECTIONS)[number];
/** as the journal numbers them */
const SELECTIONS = ['leftOut', 'selected', 'takenBack'] as const;
const IS_SELECTED = `selection = ${SELECTIONS.indexOf('selected')}`;

/**
 * Where a create stands: `intent` sent or about to be, so in doubt until an outcome is written; `created` by this
 * run; `existing` found and not made by this run; `failed` refused by the platform; `released` certainly
 * not there and open again; `deleted`, `kept` are what undo leaves. Of what was there before the run: `updating` changed
 * or about to be, in doubt until `updated` is written; undo puts former values back: `putting back`, then `put back`, or
 * `not put back` where somebody has changed them since.
 */
export type StepState = (typeof STEP_STATES)[number];
const STEP_STATES = [
  'intent',
  'created',
  'existing',
  'failed',
  'released',
  'deleting',
  'deleted',
  'kept',
  'updating',
  'updated',
  'putting back',
  'put back',
  'not put back',
] as const;

/** States of what was there before the run. */
export const WAS_THERE: ReadonlySet<StepState> = new Set([
  ...(['existing', 'updating', 'updated', 'putting back', 'put back', 'not put back'] as const),
]);

/** The durable memory of one create. */
export interface StoredStep {
  readonly seq: number;
  /** the resource's natural key, such as `user:SP-123/4000` */
  readonly key: string;
  readonly kind: string;
  /** ordinal of the first row that asked for it */
  readonly owner: number;
  readonly state: StepState;
  /** when the state was written, milliseconds since 1970; never later than now, whatever the clock has done since */
  readonly at: number;
  readonly intent: JsonObject;
  readonly outcome: JsonObject | null;
}

/** A problem without what it says. */
export interface ProblemMark {
  /** its number, in the order of writing */
  readonly id: number;
  /** 0 for one of the input as a whole */
  readonly ordinal: number;
  readonly code: string;
  readonly severity: string;
}

/** What is looked for in a journal. */
export interface SoughtText {
  /** all of them must be there, whatever their capitals; ASCII without a character that JSON escapes */
  readonly words: readonly string[];
  /** or one of these, in cells without the signs that part the digits of a phone number or a MAC address */
  readonly digits: readonly string[];
}

/** Rows or steps that are in memory at a time. */
const PAGE = 200;
// Texts are read as bytes: the driver ends the process at a text that is not UTF-8, which a damaged one may be.
const STEP_COLUMNS = `seq, ${bytes('key', 'kind')}, CAST(owner AS INTEGER) AS owner, ${bytes('state')},
  CAST(at AS INTEGER) AS at, ${bytes('intent', 'outcome')}`;
const ROW_COLUMNS = `ordinal, CAST(source AS INTEGER) AS source, CAST(row AS INTEGER) AS row,
  ${bytes('cells', 'record', 'status', 'result')}, CAST(selection AS INTEGER) AS selection`;

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

  /**
   * @param access `write` for the one process that holds the run's lock; `read` for any other
   * @throws StopError as {@link Store}; every read may throw `JOURNAL_DAMAGED`
   */
  constructor(file: string, access: 'write' | 'read' = 'write') {
    this.#store = new Store(file, access);
  }

  /**
   * What was written last is lost, so that anything may be on the platform that the journal does not know of: look for
   * everything before creating it. Durable until {@link tailFound}.
   */
  get tailMissing(): boolean {
    return this.#store.tailMissing;
  }

  /** Every resource was looked for: the journal knows all of them again. */
  tailFound(): Promise<void> {
    return this.#store.tailFound();
  }

  /** Remembers a fact of the run, such as its options. */
  setMeta(key: string, value: Json): Promise<void> {
    return this.#write('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, seal(value));
  }

  meta(key: string): Json | undefined {
    const row = this.#first<{ value: Bytes }>(`SELECT ${bytes('value')} FROM meta WHERE key = ?`, key);
    return row && this.#unseal<Json>(row.value);
  }

  addSource(source: StoredSource): Promise<void> {
    return this.#write(
      'INSERT INTO sources (id, file, sheet, header, understood) VALUES (?, ?, ?, ?, ?)',
      source.id,
      source.file,
      source.sheet,
      seal(source.header),
      seal(source.understood),
    );
  }

  sources(): StoredSource[] {
    type Raw = { id: number; file: Bytes; sheet: Bytes | null; header: Bytes; understood: Bytes };
    const columns = bytes('file', 'sheet', 'header', 'understood');
    return this.#all<Raw>(`SELECT id, ${columns} FROM sources ORDER BY id`).map(
      ({ id, file, sheet, header, understood }) => ({
        id,
        file: textOf(file),
        sheet: sheet && textOf(sheet),
        header: this.#unseal<string[]>(header),
        understood: this.#unseal<JsonObject[]>(understood),
      }),
    );
  }

  /**
   * Adds an input row, selected.
   * @param phone the number the row names, if any, so that no search hands it out
   * @param portOrder what the rows of its port order have in common, if it is of one
   */
  addRow(
    row: Omit<StoredRow<R>, 'result' | 'selection'>,
    phone: string | null,
    portOrder: string | null = null,
  ): Promise<void> {
    return this.#write(
      'INSERT INTO rows (ordinal, source, row, cells, record, phone, port_order, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      row.ordinal,
      row.source,
      row.row,
      seal(row.cells),
      seal(row.record),
      phone,
      portOrder,
      row.status,
    );
  }

  row(ordinal: number): StoredRow<R> | undefined {
    const raw = this.#first<RawRow>(`SELECT ${ROW_COLUMNS} FROM rows WHERE ordinal = ?`, ordinal);
    return raw && this.#row(raw);
  }

  /** The rows above `after`, in input order, at most `limit`; only those of one status when it is given. */
  rowsAfter(after: number, limit: number, status?: string): StoredRow<R>[] {
    return this.#rowsWhere(status === undefined ? '' : 'AND status = ?', after, limit, status);
  }

  /** All rows in input order, or those of one status, a page in memory at a time. */
  rows(status?: string): Generator<StoredRow<R>> {
    return inPages((after) => this.rowsAfter(after, PAGE, status));
  }

  /** The selected rows of one status, in input order, a page in memory at a time. */
  selectedRows(status: string): Generator<StoredRow<R>> {
    return inPages((after) => this.#rowsWhere(`AND status = ? AND ${IS_SELECTED}`, after, PAGE, status));
  }

  #rowsWhere(condition: string, after: number, limit: number, status: string | undefined): StoredRow<R>[] {
    return this.#all<RawRow>(
      `SELECT ${ROW_COLUMNS} FROM rows WHERE ordinal > ? ${condition} ORDER BY ordinal LIMIT ?`,
      ...[after, ...(status === undefined ? [] : [status]), limit],
    ).map((raw) => this.#row(raw));
  }

  /** Where a row is in the input. */
  placeOfRow(ordinal: number): Pick<StoredRow<R>, 'source' | 'row'> | undefined {
    return this.#first<Pick<RawRow, 'source' | 'row'>>(
      'SELECT CAST(source AS INTEGER) AS source, CAST(row AS INTEGER) AS row FROM rows WHERE ordinal = ?',
      ordinal,
    );
  }

  setSelection(ordinal: number, selection: Selection): Promise<void> {
    return this.#write(
      'UPDATE rows SET selection = ? WHERE ordinal = ?',
      SELECTIONS.indexOf(selection),
      ordinal,
    );
  }

  /** Selects the rows that were left out. */
  selectLeftOut(): Promise<void> {
    return this.#write(
      'UPDATE rows SET selection = ? WHERE selection = ?',
      SELECTIONS.indexOf('selected'),
      SELECTIONS.indexOf('leftOut'),
    );
  }

  /** The ordinal of the row that names this number, if one does. */
  rowOfPhone(phone: string): number | undefined {
    return this.#first<{ ordinal: number }>('SELECT ordinal FROM rows WHERE phone = ?', phone)?.ordinal;
  }

  /**
   * The ordinals of the rows that a text may be in, in input order: their cells, record and result are looked through as
   * JSON, so that the caller sees for itself where it is. Takes a few bytes a row.
   */
  rowsWith(text: SoughtText): number[] {
    const texts = ['cells', 'record', "ifnull(result, '')"].map(plainJson).join(' || ');
    const { sql, values } = condition(text, texts, squeezed(plainJson('cells')));
    const rows = this.#all<{ ordinal: number }>(
      `SELECT ordinal FROM rows WHERE ${sql} ORDER BY ordinal`,
      ...values,
    );
    return rows.map(({ ordinal }) => ordinal);
  }

  /** The numbers of the steps whose intent or outcome a text may be in, as {@link rowsWith}. */
  stepsWith(text: SoughtText): number[] {
    const texts = ['intent', "ifnull(outcome, '')"].map(plainJson).join(' || ');
    const { sql, values } = condition(text, texts, texts);
    const steps = this.#all<{ seq: number }>(`SELECT seq FROM steps WHERE ${sql} ORDER BY seq`, ...values);
    return steps.map(({ seq }) => seq);
  }

  /** What the rows of a row's port order have in common; null where it ports nothing. */
  portOrderOfRow(ordinal: number): string | null {
    const [row] = this.#all<{ portOrder: Bytes | null }>(
      `SELECT CAST(port_order AS BLOB) AS portOrder FROM rows WHERE ordinal = ?`,
      ordinal,
    );
    return row?.portOrder ? textOf(row.portOrder) : null;
  }

  /** The rows of a port order, in input order. */
  rowsOfPortOrder(portOrder: string): RowOfPortOrder[] {
    type Raw = { ordinal: number; phone: Bytes | null; status: Bytes; selection: number };
    return this.#all<Raw>(
      `SELECT ordinal, ${bytes('phone', 'status')}, CAST(selection AS INTEGER) AS selection FROM rows
       WHERE port_order = ? ORDER BY ordinal`,
      portOrder,
    ).map(({ ordinal, phone, status, selection }) => ({
      ordinal,
      phone: phone && textOf(phone),
      status: textOf(status),
      selection: SELECTIONS[selection] ?? 'selected',
    }));
  }

  /** The port orders that have rows of this selection and others that are not selected, each by its first row of it. */
  portOrdersCutBySelection(): { portOrder: string; ordinal: number }[] {
    type Raw = { portOrder: Bytes; ordinal: number };
    return this.#all<Raw>(
      `SELECT CAST(port_order AS BLOB) AS portOrder, min(CASE WHEN ${IS_SELECTED} THEN ordinal END) AS ordinal
       FROM rows WHERE port_order IS NOT NULL AND status != 'invalid' GROUP BY port_order
       HAVING max(${IS_SELECTED}) = 1 AND min(${IS_SELECTED}) = 0 ORDER BY ordinal`,
    ).map(({ portOrder, ordinal }) => ({ portOrder: textOf(portOrder), ordinal }));
  }

  /** The port orders whose day is before this one, each by the first row that says so; of selected rows that are pending. */
  portOrdersBefore(day: string): { portOrder: string; ordinal: number }[] {
    return this.#all<{ portOrder: Bytes; ordinal: number }>(
      `SELECT CAST(port_order AS BLOB) AS portOrder, min(ordinal) AS ordinal FROM rows
       WHERE port_order IS NOT NULL AND status = 'pending' AND ${IS_SELECTED}
         AND json_extract(${plainJson('record')}, '$.values.portDate') < ? GROUP BY port_order ORDER BY 2`,
      day,
    ).map(({ portOrder, ordinal }) => ({ portOrder: textOf(portOrder), ordinal }));
  }

  /** Replaces the record of a row. */
  setRecord(ordinal: number, record: R): Promise<void> {
    return this.#write('UPDATE rows SET record = ? WHERE ordinal = ?', seal(record), ordinal);
  }

  setRowStatus(ordinal: number, status: string, result: JsonObject | null): Promise<void> {
    return this.#write(
      'UPDATE rows SET status = ?, result = ? WHERE ordinal = ?',
      status,
      result === null ? null : seal(result),
      ordinal,
    );
  }

  /** Makes the rows pending again that failed for passing reasons only. */
  retryTransient(): Promise<void> {
    return this.#write(
      `UPDATE rows SET status = 'pending', result = NULL
       WHERE status IN ('failed', 'skipped') AND ${IS_SELECTED} AND json_extract(substr(result, ${SEAL + 1}), '$.transient') = 1`,
    );
  }

  /** Makes failed and skipped rows pending again, and forgets why their steps failed; what is in doubt stays so. */
  retryFailed(): Promise<void> {
    return this.#store.durable(() => {
      this.#statement(
        `UPDATE rows SET status = 'pending', result = NULL WHERE status IN ('failed', 'skipped') AND ${IS_SELECTED}`,
      ).run();
      this.#statement("DELETE FROM steps WHERE state = 'failed'").run();
    });
  }

  /** Makes the waiting rows pending again of which something could not be sent before the platform was done. */
  retryWaiting(): Promise<void> {
    return this.#write(
      `UPDATE rows SET status = 'pending', result = NULL
       WHERE status = 'waiting' AND ${IS_SELECTED} AND json_extract(substr(result, ${SEAL + 1}), '$.afterwards') = 'pending'`,
    );
  }

  /** The rows of these statuses whose result has this field, with its value there, in input order. */
  rowsWithResult(field: string, statuses: readonly string[]): { ordinal: number; value: Json }[] {
    const of = `json_extract(${plainJson('result')}, '$.${field}')`;
    return this.#all<{ ordinal: number; value: Bytes }>(
      `SELECT ordinal, CAST(${of} AS BLOB) AS value FROM rows
       WHERE status IN (${statuses.map(() => '?').join(', ')}) AND ${of} IS NOT NULL ORDER BY ordinal`,
      ...statuses,
    ).map(({ ordinal, value }) => ({ ordinal, value: JSON.parse(textOf(value)) as Json }));
  }

  /** Empties what was read of the input, so that it can be read anew. */
  forgetInput(): Promise<void> {
    return this.#store.durable(() => {
      for (const table of ['sources', 'rows', 'problems']) this.#statement(`DELETE FROM ${table}`).run();
    });
  }

  /** How many rows there are of each status; only those of a selection when it is given. */
  countRows(selection?: Selection): Map<string, number> {
    type Raw = { status: Bytes; n: number };
    const of = selection === undefined ? '' : `WHERE selection = ${SELECTIONS.indexOf(selection)}`;
    return new Map(
      this.#all<Raw>(`SELECT ${bytes('status')}, count(*) AS n FROM rows ${of} GROUP BY rows.status`).map(
        ({ status, n }) => [textOf(status), n],
      ),
    );
  }

  addProblem(ordinal: number, problem: JsonObject): Promise<void> {
    return this.#write('INSERT INTO problems (ordinal, problem) VALUES (?, ?)', ordinal, seal(problem));
  }

  /** The problems of one row; ordinal 0 holds those of the input as a whole. */
  problems(ordinal: number): JsonObject[] {
    return this.#all<{ problem: Bytes }>(
      `SELECT ${bytes('problem')} FROM problems WHERE ordinal = ?`,
      ordinal,
    ).map((raw) => this.#unseal<JsonObject>(raw.problem));
  }

  /** Which rows problems are of, and what they are, in the order of writing: those after `after`, at most `limit`. */
  problemMarksAfter(after: number, limit: number): ProblemMark[] {
    type Raw = { id: number; ordinal: number; code: Bytes | null; severity: Bytes | null };
    const of = (name: string) =>
      `CAST(json_extract(${plainJson('problem')}, '$.${name}') AS BLOB) AS ${name}`;
    return this.#all<Raw>(
      `SELECT rowid AS id, CAST(ordinal AS INTEGER) AS ordinal, ${of('code')}, ${of('severity')} FROM problems
       WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      after,
      limit,
    ).map(({ id, ordinal, code, severity }) => ({
      ...{ id, ordinal, code: code === null ? '' : textOf(code) },
      severity: severity === null ? '' : textOf(severity),
    }));
  }

  /** The first and the last row of each source that has rows, in the order of reading. */
  rangesOfSources(): { source: number; first: number; last: number }[] {
    return this.#all(
      `SELECT CAST(source AS INTEGER) AS source, min(ordinal) AS first, max(ordinal) AS last FROM rows
       GROUP BY source ORDER BY first`,
    );
  }

  /** The cells of the rows above `after`, at most `limit`, as the JSON of a list. */
  cellTextsAfter(after: number, limit: number): { ordinal: number; cells: string }[] {
    return this.#all<{ ordinal: number; cells: Bytes }>(
      `SELECT ordinal, ${bytes('cells')} FROM rows WHERE ordinal > ? ORDER BY ordinal LIMIT ?`,
      after,
      limit,
    ).map(({ ordinal, cells }) => ({ ordinal, cells: textOf(cells).slice(SEAL) }));
  }

  /**
   * Problems of all rows and of the input as a whole, in the order in which they were found.
   * @param after the `id` of the last one that is known; 0 at first
   */
  problemsAfter(after: number, limit: number): { readonly id: number; readonly problem: JsonObject }[] {
    return this.#all<{ id: number; problem: Bytes }>(
      `SELECT rowid AS id, ${bytes('problem')} FROM problems WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      after,
      limit,
    ).map(({ id, problem }) => ({ id, problem: this.#unseal<JsonObject>(problem) }));
  }

  step(key: string): StoredStep | undefined {
    // Who does not write learns of new keys from the file alone.
    if (this.#store.writes && !this.#marks().mayHave(key)) return undefined;
    const raw = this.#first<RawStep>(`SELECT ${STEP_COLUMNS} FROM steps WHERE key = ?`, key);
    return raw && this.#step(raw);
  }

  /** Steps of one kind, newest first, `before` exclusive, at most `limit`. */
  stepsBefore(kind: string, before: number, limit: number): StoredStep[] {
    return this.#all<RawStep>(
      `SELECT ${STEP_COLUMNS} FROM steps WHERE kind = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
      kind,
      before,
      limit,
    ).map((raw) => this.#step(raw));
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
    return raw && this.#step(raw);
  }

  /**
   * The numbers of the steps that are in one of the states, those of one account together, the newest account first. An
   * account is told by the first of its rows. Takes a few bytes a step.
   */
  stepsByAccount(states: readonly StepState[]): number[][] {
    const accounts: number[][] = [];
    let last = Number.NaN;
    const sql = `SELECT steps.seq AS seq, json_extract(substr(rows.record, ${SEAL + 1}), '$.accountFirst') AS account
       FROM steps JOIN rows ON rows.ordinal = steps.owner
       WHERE steps.state IN (${states.map(() => '?').join(', ')}) ORDER BY account DESC, seq DESC`;
    this.#store.read(() => {
      const rows = this.#statement(sql).iterate(...states) as Iterable<{ seq: number; account: number }>;
      for (const { seq, account } of rows) {
        if (account !== last) accounts.push([]);
        last = account;
        accounts.at(-1)?.push(seq);
      }
    });
    return accounts;
  }

  /** How many steps there are of each kind and state. */
  countSteps(): { kind: string; state: StepState; count: number }[] {
    type Raw = { kind: Bytes; state: Bytes; count: number };
    return this.#all<Raw>(
      `SELECT ${bytes('kind', 'state')}, count(*) AS count FROM steps GROUP BY steps.kind, steps.state`,
    ).map(({ kind, state, count }) => ({ kind: textOf(kind), state: this.#state(state), count }));
  }

  /** How many rows that are brought about name a number that waits for the night of the cut-over, by why it waits. */
  countNight(): { moves: number; staged: number; held: number } {
    const of = (column: string) => `json_extract(substr(record, ${SEAL + 1}), '$.values.${column}')`;
    const [counts] = this.#all<{ moves: number; staged: number; held: number }>(
      `SELECT count(CASE WHEN ${of('movesFrom')} IS NOT NULL THEN 1 END) AS moves,
              count(CASE WHEN ${of('operationalStatus')} = 'STAGED' THEN 1 END) AS staged,
              count(CASE WHEN ${of('holdActivation')} AND ${of('movesFrom')} IS NULL THEN 1 END) AS held
       FROM rows WHERE status IN ('created', 'existing', 'updated', 'waiting')`,
    );
    return counts ?? { moves: 0, staged: 0, held: 0 };
  }

  /** How many steps there are of each kind and state, for each product of the rows that first asked for them. */
  countStepsByProduct(): { product: string; kind: string; state: StepState; count: number }[] {
    type Raw = { product: Bytes | null; kind: Bytes; state: Bytes; count: number };
    const product = `json_extract(substr(rows.record, ${SEAL + 1}), '$.product')`;
    return this.#all<Raw>(
      `SELECT CAST(${product} AS BLOB) AS product, ${bytes('kind', 'state')}, count(*) AS count
       FROM steps JOIN rows ON rows.ordinal = steps.owner GROUP BY ${product}, steps.kind, steps.state`,
    ).map(({ product, kind, state, count }) => ({
      product: product === null ? '' : textOf(product),
      kind: textOf(kind),
      state: this.#state(state),
      count,
    }));
  }

  /** When a step was last written, milliseconds since 1970; null before the first. */
  lastStepAt(): number | null {
    return this.#first<{ at: number | null }>('SELECT CAST(max(at) AS INTEGER) AS at FROM steps')?.at ?? null;
  }

  /**
   * Writes that a create is about to be sent. Must resolve before it is sent.
   * @param picked the number that this step will take, when a search chose it; no other row gets it afterwards
   */
  intend(key: string, kind: string, owner: number, intent: JsonObject, picked?: string): Promise<void> {
    const at = Date.now();
    const text = seal(intent);
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

  /** Writes that something which was there is about to be changed, with its former values. Must resolve before it is sent. */
  intendUpdate(key: string, kind: string, owner: number, intent: JsonObject): Promise<void> {
    this.#marks().mark(key);
    return this.#write(
      `INSERT INTO steps (key, kind, owner, state, at, intent) VALUES (?, ?, ?, 'updating', ?, ?)
       ON CONFLICT (key) DO UPDATE SET state = 'updating', at = excluded.at, intent = excluded.intent, outcome = NULL`,
      ...[key, kind, owner, Date.now(), seal(intent)],
    );
  }

  /** Writes what became of a create. Must resolve before anything that depends on it is sent. */
  settle(key: string, kind: string, owner: number, state: StepState, outcome: JsonObject): Promise<void> {
    this.#marks().mark(key);
    return this.#write(
      `INSERT INTO steps (key, kind, owner, state, at, intent, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET state = excluded.state, at = excluded.at, outcome = excluded.outcome`,
      key,
      kind,
      owner,
      state,
      Date.now(),
      NO_INTENT,
      seal(outcome),
    );
  }

  /** The step that picked this number from a search, if one did. */
  pickedBy(phone: string): string | undefined {
    const row = this.#first<{ key: Bytes }>(`SELECT ${bytes('key')} FROM picked WHERE phone = ?`, phone);
    return row && textOf(row.key);
  }

  /** Where events of a row stand, one of each type. */
  eventsOf(ordinal: number): JsonObject[] {
    return this.#all<{ event: Bytes }>(
      `SELECT ${bytes('event')} FROM events WHERE ordinal = ? ORDER BY type`,
      ordinal,
    ).map((raw) => this.#unseal<JsonObject>(raw.event));
  }

  /** How many events there are of each type, status and `focDate` (null: none is set); the earliest date first. */
  countEvents(): { type: string; status: string; focDate: string | null; count: number }[] {
    type Raw = { type: Bytes; status: Bytes | null; day: Bytes | null; count: number };
    const of = (field: string) => `json_extract(${plainJson('event')}, '$.${field}')`;
    return this.#all<Raw>(
      `SELECT ${bytes('type')}, CAST(${of('status')} AS BLOB) AS status, CAST(${of('focDate')} AS BLOB) AS day,
              count(*) AS count
       FROM events GROUP BY events.type, ${of('status')}, ${of('focDate')} ORDER BY ${of('focDate')}`,
    ).map(({ type, status, day, count }) => {
      const known = this.#store.read(() => {
        if (status === null) throw new DamagedValue('an event in it has no status');
        return textOf(status);
      });
      return { type: textOf(type), status: known, focDate: day && textOf(day), count };
    });
  }

  /** Forgets the events of a row whose number is gone. */
  forgetEvents(ordinal: number): Promise<void> {
    return this.#write('DELETE FROM events WHERE ordinal = ?', ordinal);
  }

  /** Whether any event is kept. */
  hasEvents(): boolean {
    return this.#first('SELECT 1 AS one FROM events LIMIT 1') !== undefined;
  }

  /** Keeps where an event of a row stands, instead of where one of that type stood before. */
  keepEvent(ordinal: number, type: string, event: JsonObject): Promise<void> {
    return this.#write(
      'INSERT OR REPLACE INTO events (ordinal, type, event) VALUES (?, ?, ?)',
      ordinal,
      type,
      seal(event),
    );
  }

  /** A remembered answer of the platform to a question that need not be asked twice. */
  answer(key: string): JsonObject | undefined {
    const raw = this.#first<{ answer: Bytes }>(`SELECT ${bytes('answer')} FROM answers WHERE key = ?`, key);
    return raw && this.#unseal<JsonObject>(raw.answer);
  }

  rememberAnswer(key: string, answer: JsonObject): Promise<void> {
    return this.#write('INSERT OR REPLACE INTO answers (key, answer) VALUES (?, ?)', key, seal(answer));
  }

  flush(): Promise<void> {
    return this.#store.flush();
  }

  /** Never fails: what could not be done is in {@link leftOpen}. */
  close(): Promise<void> {
    return this.#store.close();
  }

  /** Why the journal could not be put into its one file as it was closed, a sentence; null when it could. */
  get leftOpen(): string | null {
    return this.#store.leftOpen;
  }

  /** The marks of all keys in the table, and of those about to be: a key is marked before its step is written. */
  #marks(): KeyMarks {
    if (!this.#stepKeys) {
      const marks = new KeyMarks();
      this.#store.read(() => {
        const keys = this.#statement(`SELECT ${bytes('key')} FROM steps`).iterate();
        for (const { key } of keys as Iterable<{ key: Bytes }>) marks.mark(textOf(key));
      });
      this.#stepKeys = marks;
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
    return this.#store.read(() => this.#statement(sql).get(...values)) as T | undefined;
  }

  #all<T>(sql: string, ...values: unknown[]): T[] {
    return this.#store.read(() => this.#statement(sql).all(...values)) as T[];
  }

  #row(raw: RawRow): StoredRow<R> {
    return {
      ordinal: raw.ordinal,
      source: raw.source,
      row: raw.row,
      cells: this.#unseal<string[]>(raw.cells),
      record: this.#unseal<R>(raw.record),
      status: textOf(raw.status),
      result: raw.result === null ? null : this.#unseal<JsonObject>(raw.result),
      selection: SELECTIONS[raw.selection] ?? 'selected',
    };
  }

  #step({ seq, key, kind, owner, state, at, intent, outcome }: RawStep): StoredStep {
    return {
      seq,
      key: textOf(key),
      kind: textOf(kind),
      owner,
      state: this.#state(state),
      at: Math.min(at, Date.now()),
      intent: this.#unseal<JsonObject>(intent),
      outcome: outcome === null ? null : this.#unseal<JsonObject>(outcome),
    };
  }

  #state(stored: Bytes): StepState {
    return this.#store.read(() => {
      const state = STEP_STATES.find((each) => each === textOf(stored));
      if (state === undefined) throw new DamagedValue('a step stands at a state that there is not');
      return state;
    });
  }

  /** The value that was sealed. */
  #unseal<T>(sealed: Bytes | null): T {
    return this.#store.read(() => {
      const whole = bufferOf(sealed ?? Buffer.alloc(0));
      const text = whole.subarray(SEAL);
      if (checksum(text) !== whole.toString('latin1', 0, SEAL))
        throw new DamagedValue('a value in it is not what was written');
      return JSON.parse(text.toString()) as T;
    });
  }
}

/**
 * Makes the file of a journal that can be opened from then on; `path` is not there yet, or empty.
 * @param meta facts of the run that it holds from the first moment on
 */
export function createJournal(path: string, meta: Readonly<Record<string, Json>>): void {
  createStore(path, new Map(Object.entries(meta).map(([name, value]) => [name, seal(value)])));
}

/** A text of the journal as the driver reads it: one kind from `.get()`, the other from `.all()`. */
type Bytes = Buffer | ArrayBuffer;

function bufferOf(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

function textOf(bytes: Bytes): string {
  return bufferOf(bytes).toString();
}

interface RawRow {
  ordinal: number;
  source: number;
  row: number;
  cells: Bytes;
  record: Bytes;
  status: Bytes;
  result: Bytes | null;
  selection: number;
}

interface RawStep {
  seq: number;
  key: Bytes;
  kind: Bytes;
  owner: number;
  state: Bytes;
  at: number;
  intent: Bytes;
  outcome: Bytes | null;
}

/** Columns to select as bytes. */
function bytes(...columns: string[]): string {
  return columns.map((column) => `CAST(${column} AS BLOB) AS ${column}`).join(', ');
}

/** Characters of the checksum before each value. */
const SEAL = 8;

/** Rows page by page, each page above the last row of the one before. */
function* inPages<T extends { readonly ordinal: number }>(page: (after: number) => T[]): Generator<T> {
  for (let after = 0; ; ) {
    const rows = page(after);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.ordinal;
  }
}

/** The JSON of a sealed column. */
function plainJson(column: string): string {
  return `substr(${column}, ${SEAL + 1})`;
}

/** A text without the signs that part digits. */
function squeezed(text: string): string {
  return [...' -.():/'].reduce((inner, sign) => `replace(${inner}, '${sign}', '')`, text);
}

/** The SQL that tells whether a text may be in `texts`, or its digits in those or in `parted`. */
function condition({ words, digits }: SoughtText, texts: string, parted: string) {
  const like = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`;
  const has = (text: string) => `${text} LIKE ? ESCAPE '\\'`;
  const all = words.length === 0 ? '1' : words.map(() => has(texts)).join(' AND ');
  const any = digits.map(() => `(${has(texts)} OR ${has(parted)})`);
  return {
    sql: [`(${all})`, ...any].join(' OR '),
    values: [...words.map(like), ...digits.flatMap((each) => [like(each), like(each)])],
  };
}

/** A value as it is stored: its checksum, then its JSON. A damaged byte in a name or an ID would go unnoticed. */
function seal(value: unknown): string {
  const json = JSON.stringify(value);
  return checksum(json) + json;
}

function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(SEAL, '0');
}

/** What a step has that was settled without an intent. */
const NO_INTENT = seal({});

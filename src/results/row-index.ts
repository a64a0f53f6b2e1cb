import { basename } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { StoredRow } from '../journal/journal.js';
import { lookOf, type StatusLook } from '../plan/statuses.js';
import { isError, type Problem } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';
import { resultOf } from './row-outcome.js';

/** Rows that the page can search: what keeps it small enough to mail. */
export const MAX_ROWS = 40_000;
const MAX_NOTE_LENGTH = 160;
const MAX_TEXT_LENGTH = 80;

/**
 * A row as the page lists and searches it: where it stands, its status, whose it is, what it is, its number, what
 * else it can be found by (MAC, e-mail, extension, username), and why it is not done.
 */
type IndexedRow = readonly [
  source: number,
  row: string,
  status: string,
  account: string,
  customer: string,
  what: string,
  number: string,
  more: string,
  note: string,
];

/** What the page reads. */
export interface Index {
  /** `customers.xlsx, BCC`, by the first member of a row */
  readonly sources: readonly string[];
  readonly looks: Readonly<Record<string, StatusLook>>;
  readonly rows: readonly IndexedRow[];
}

/** Collects what all rows of a run are to be found by, up to {@link MAX_ROWS}. */
export class RowIndex {
  readonly #sources = new Map<string, number>();
  readonly #looks: Record<string, StatusLook> = {};
  readonly #rows: IndexedRow[] = [];
  /** names of accounts and people that later rows leave to their first rows, by ordinal */
  readonly #names = new Map<number, string>();
  #total = 0;

  /** How many rows there were, those beyond the limit too. */
  get total(): number {
    return this.#total;
  }

  /** How many are in it. */
  get size(): number {
    return this.#rows.length;
  }

  /**
   * @param own the row's problems
   * @param inputRow where it stood in an earlier sheet; '' when that is here
   */
  add(stored: StoredRow<ImportRecord>, own: readonly Problem[], inputRow: string): void {
    this.#total += 1;
    if (this.#total > MAX_ROWS) return;
    const { record, status, ordinal } = stored;
    const { file, sheet, row, product, values, accountFirst, userFirst } = record;
    const result = resultOf(stored);
    const source = sheet === null ? basename(file) : `${basename(file)}, ${sheet}`;
    const person = [values.firstName, values.lastName].filter((part) => part !== undefined).join(' ');
    const customer = values.accountName ?? this.#names.get(accountFirst) ?? '';
    const object = values.lineName ?? values.trunkName ?? values.huntGroupName;
    const named = object ?? (person || (this.#names.get(-userFirst) ?? ''));
    if (ordinal === accountFirst) this.#names.set(ordinal, clip(customer));
    if (ordinal === userFirst) this.#names.set(-ordinal, clip(person));
    const { macAddress, emailAddress, extension, username } = values;
    const number = result.assignedPhoneNumber ?? values.phoneNumber ?? '';
    const note = result.error ?? own.find(isError)?.message ?? '';
    this.#looks[status] = lookOf(status);
    this.#rows.push([
      this.#sourceOf(source),
      inputRow === '' || inputRow === String(row) ? String(row) : `${row} (inputRow ${clip(inputRow)})`,
      status,
      clip(values.accountNumber ?? ''),
      clip(customer),
      [product, clip(named)].filter((part) => part).join(' '),
      number,
      [macAddress, emailAddress, extension, username]
        .map((text) => clip(String(text ?? '')))
        .filter((text) => text !== '')
        .join('\n'),
      note.length > MAX_NOTE_LENGTH ? `${note.slice(0, MAX_NOTE_LENGTH - 1)}…` : note,
    ]);
  }

  /** The rows as the page holds them: JSON of an {@link Index}, deflated, in base64. */
  packed(): string {
    const index: Index = { sources: [...this.#sources.keys()], looks: this.#looks, rows: this.#rows };
    return deflateRawSync(JSON.stringify(index)).toString('base64');
  }

  #sourceOf(text: string): number {
    const known = this.#sources.get(text);
    if (known !== undefined) return known;
    this.#sources.set(text, this.#sources.size);
    return this.#sources.size - 1;
  }
}

function clip(text: string): string {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH - 1)}…` : text;
}

import { join } from 'node:path';
import type { StoredRow } from '../journal/journal.js';
import type { RowChange } from '../plan/statuses.js';
import type { ImportRecord } from '../records/record.js';
import type { SheetWriter } from '../sheet/write/layout.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { resultOf } from './row-outcome.js';

/** One field of what was there, and the row that changes it. */
export interface ListedChange extends RowChange {
  readonly file: string;
  /** null for CSV */
  readonly sheet: string | null;
  /** as the spreadsheet shows it */
  readonly row: number;
}

/** What an update comes to. */
export interface ChangesFound {
  /** rows that change something that was there */
  readonly rows: number;
  /** fields that they change */
  readonly fields: number;
  /** the first of them */
  readonly first: readonly ListedChange[];
}

export const CHANGES_FILE = 'changes.csv';
const COLUMNS = ['file', 'sheet', 'row', 'object', 'field', 'from', 'to'] as const;
/** How many changes a report shows; the file has all. */
const MOST_SHOWN = 500;

/** The changes of a row: what it has changed, or in a dry run would change. */
export function changesOfRow(row: StoredRow<ImportRecord>): ListedChange[] {
  const { file, sheet } = row.record;
  return (resultOf(row).changes ?? []).map((each) => ({ file, sheet, row: row.row, ...each }));
}

/** A value of a change as a person reads it; '' for no value. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Counts changes as rows go by. */
export class ChangesSeen {
  #rows = 0;
  #fields = 0;
  readonly #first: ListedChange[] = [];

  add(changes: readonly ListedChange[]): void {
    if (changes.length === 0) return;
    this.#rows += 1;
    this.#fields += changes.length;
    this.#first.push(...changes.slice(0, MOST_SHOWN - this.#first.length));
  }

  found(): ChangesFound {
    return { rows: this.#rows, fields: this.#fields, first: this.#first };
  }
}

/**
 * Writes `changes.csv` of a run: what an update has changed, or would, field by field. A run without changes has no such
 * file; one that is there stays when they are taken back.
 */
export class ChangesFile {
  readonly #path: string;
  #writer: SheetWriter | null = null;

  constructor(runDir: string) {
    this.#path = join(runDir, CHANGES_FILE);
  }

  async write(changes: readonly ListedChange[]): Promise<void> {
    for (const { file, sheet, row, object, field, from, to } of changes) {
      const columns = COLUMNS.map((header) => ({ header }));
      this.#writer ??= await openSheetWriter(this.#path, 'csv', { sheetName: 'changes', columns });
      await this.#writer.write([
        file,
        sheet ?? '',
        String(row),
        object,
        field,
        valueText(from),
        valueText(to),
      ]);
    }
  }

  async commit(): Promise<void> {
    await this.#writer?.commit();
  }

  async abort(): Promise<void> {
    await this.#writer?.abort();
  }
}

import { readOptions } from '../load/read-options.js';
import { SECRET_COLUMNS } from '../records/columns.js';
import { describeHeaders, type HeaderMatch } from '../records/headers.js';
import { headerNamesOf } from '../records/reading.js';
import { openTables } from '../sheet/read.js';
import type { Table } from '../sheet/table.js';
import { readingOptions, settingsOf } from './settings.js';

/** A table of a sheet, as far as its first rows show it. */
export interface TableLook {
  /** the worksheet's name; null for CSV */
  readonly sheet: string | null;
  /** as the spreadsheet shows it */
  readonly headerRow: number;
  readonly headers: readonly HeaderLook[];
}

/** A header with how it was understood, and what stands below it. */
export interface HeaderLook extends HeaderMatch {
  /** different texts of the first rows; a secret's is not repeated */
  readonly samples: readonly string[];
}

/** Rows that are looked through for samples. */
const ROWS = 100;
const SAMPLES = 3;
const LONGEST = 60;
const HIDDEN = '•••';

/** Headers whose cells may be secrets, whatever column they stand for. */
const MAY_BE_SECRET = /pass(?!enger)|pwd|secret|\bpin\b|kennwort/i;

/**
 * Looks at the headers and the first rows of a sheet; nothing is kept.
 * @param profile path of the profile that it is read with; null for none
 * @param guessesHeader as for the reader of sheets
 * @throws StopError for a sheet or a profile that cannot be read
 */
export async function lookAtSheet(
  file: string,
  profile: string | null,
  guessesHeader = false,
): Promise<TableLook[]> {
  const caller = { options: profile === null ? {} : { profile } };
  const read = await settingsOf(caller);
  const reading = readingOptions(read.profile, read.settings);
  const tables: TableLook[] = [];
  const options = { ...readOptions(file, reading, () => {}), guessesHeader };
  for await (const table of openTables([file], options)) {
    const headers = describeHeaders(table, headerNamesOf(reading, table));
    const samples = await samplesOf(table, headers);
    tables.push({
      ...{ sheet: table.sheet, headerRow: table.headerRow },
      headers: headers.map((header) => ({ ...header, samples: samples[header.index] ?? [] })),
    });
  }
  return tables;
}

async function samplesOf(table: Table, headers: readonly HeaderMatch[]): Promise<string[][]> {
  const samples: string[][] = headers.map(() => []);
  let rows = 0;
  for await (const batch of table.rows) {
    for (const { cells } of batch)
      for (const [at, text] of cells.entries()) {
        const found = samples[at];
        const header = headers[at];
        if (text === '' || !found || !header || found.length >= SAMPLES) continue;
        const shown = isSecret(header) ? HIDDEN : clip(text);
        if (!found.includes(shown)) found.push(shown);
      }
    rows += batch.length;
    if (rows >= ROWS) break;
  }
  return samples;
}

function isSecret({ header, column, nearest }: HeaderMatch): boolean {
  const of = [column, nearest].flatMap((name) => name ?? []);
  return of.some((name) => SECRET_COLUMNS.has(name)) || MAY_BE_SECRET.test(header);
}

function clip(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

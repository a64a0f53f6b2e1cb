import { basename, extname } from 'node:path';
import { fold } from './cells/nearest.js';
import type { ColumnName } from './columns.js';
import type { HeaderNames } from './headers.js';
import type { Skip } from './left-out.js';
import type { Product } from './products.js';

/** What somebody says of how sheets are to be read. Plain data: it goes to the reading thread and into the journal. */
export interface Reading {
  /** texts for blank cells, by column (`--set` and a profile's `defaults`) */
  readonly defaults?: Readonly<Partial<Record<ColumnName, string>>>;
  /** header names of the customer's own sheets (a profile's `headers`) */
  readonly headerNames?: HeaderNames;
  /**
   * texts that stand for others, by column (a profile's `values`), matched without regard to case; null or '' stands for a
   * blank cell
   */
  readonly valueTranslations?: Readonly<Partial<Record<ColumnName, Readonly<Record<string, string | null>>>>>;
  /** texts that count as blank (a profile's `blank`), matched without regard to case */
  readonly blank?: readonly string[];
  /** rows that are left out (a profile's `skip`) */
  readonly skip?: Skip;
}

/** What holds for one worksheet or file besides; what it says comes before what is said of all. */
export interface SheetReading extends Reading {
  /** the product of rows that name none */
  readonly product?: Product | undefined;
}

/** How all sheets of an input are to be read. */
export interface InputReading extends Reading {
  /** by the name of a worksheet or file, in the order of reading; null: it is not read (a profile's `sheets`) */
  readonly sheets?: Readonly<Record<string, SheetReading | null>>;
}

/** Where a table is: the name of its file, and of its worksheet unless it is CSV. */
interface Named {
  readonly file: string;
  readonly sheet: string | null;
}

/**
 * The name in `sheets` that means a table: that of its worksheet, else that of its file, with or without folder and
 * extension. Undefined when there is none.
 */
export function nameInSheets({ sheets = {} }: InputReading, { file, sheet }: Named): string | undefined {
  const base = basename(file);
  const names = sheet === null ? [] : [sheet];
  names.push(file, base, basename(file, extname(file)));
  for (const name of names) {
    const found = Object.keys(sheets).find((each) => fold(each) === fold(name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What holds for a table: what is said of all, and of it. */
export function readingOf(input: InputReading, table: Named): SheetReading {
  const name = nameInSheets(input, table);
  const own = (name === undefined ? null : input.sheets?.[name]) ?? {};
  const valueTranslations: Record<string, Readonly<Record<string, string | null>>> = {
    ...input.valueTranslations,
  };
  for (const [column, texts] of Object.entries(own.valueTranslations ?? {}))
    valueTranslations[column] = { ...valueTranslations[column], ...texts };
  return {
    product: own.product,
    defaults: { ...input.defaults, ...own.defaults },
    headerNames: headerNamesOf(input, table),
    valueTranslations,
    blank: [...(input.blank ?? []), ...(own.blank ?? [])],
    skip: { ...input.skip, ...own.skip },
  };
}

/** The header names of a table. */
export function headerNamesOf(input: InputReading, table: Named): HeaderNames {
  const name = nameInSheets(input, table);
  const own = name === undefined ? undefined : input.sheets?.[name]?.headerNames;
  return own === undefined ? (input.headerNames ?? {}) : { ...input.headerNames, ...own };
}

/** The header names of all tables together: those by which a header row is known. */
export function allHeaderNames(input: InputReading): HeaderNames {
  const own = Object.values(input.sheets ?? {}).map((each) => each?.headerNames ?? {});
  return Object.assign({}, input.headerNames, ...own);
}

/** Where a worksheet or file comes in the order of reading; null when it is not read. */
export function turnOf(input: InputReading, table: Named): number | null {
  const name = nameInSheets(input, table);
  if (name === undefined) return Number.POSITIVE_INFINITY;
  const names = Object.keys(input.sheets ?? {});
  return input.sheets?.[name] === null ? null : names.indexOf(name);
}

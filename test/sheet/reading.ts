import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { StopError } from '../../src/errors.js';
import { openTables } from '../../src/sheet/read.js';
import type { CellKind, Notice, Row } from '../../src/sheet/table.js';

const KNOWN = new Set(['a', 'b', 'c', 'd', 'account', 'name', 'phone', 'zip', 'city', 'note']);

export interface ReadTable {
  sheet: string | null;
  header: readonly string[];
  headerRow: number;
  rows: Row[];
}

/** A directory that is removed when the tests of the file are done. */
export function workspace(): {
  path(name: string): string;
  file(name: string, content: string | Buffer): string;
} {
  const directory = mkdtempSync(join(tmpdir(), 'sheet-test-'));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const path = (name: string): string => join(directory, name);
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  return { path, file };
}

export async function readAll(...files: string[]): Promise<{ tables: ReadTable[]; notices: Notice[] }> {
  const notices: Notice[] = [];
  const tables: ReadTable[] = [];
  const options = {
    isKnownHeader: (name: string) => KNOWN.has(name.toLowerCase()),
    onNotice: (notice: Notice) => void notices.push(notice),
  };
  for await (const { sheet, header, headerRow, rows } of openTables(files, options)) {
    const all: Row[] = [];
    for await (const batch of rows) all.push(...batch);
    tables.push({ sheet, header, headerRow, rows: all });
  }
  return { tables, notices };
}

/** The cells of the first table's rows. */
export async function cellsOf(file: string): Promise<(readonly string[])[]> {
  return (await readAll(file)).tables[0]?.rows.map((row) => row.cells) ?? [];
}

/** Each cell of the first table's first row as `text` or `text:kind`. */
export async function valuesOf(file: string): Promise<string[]> {
  const row = (await readAll(file)).tables[0]?.rows[0];
  return row?.cells.map((cell, i) => withKind(cell, row.kinds?.[i])) ?? [];
}

export function withKind(cell: string, kind: CellKind | undefined): string {
  return kind ? `${cell}:${kind}` : cell;
}

/** The StopError that reading the file ends with. */
export async function stopOf(file: string): Promise<StopError> {
  const error = await readAll(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StopError) return error;
  throw new Error(`no StopError but ${error instanceof Error ? error.stack : String(error)}`);
}

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ExcelJS from 'exceljs';
import Papa from 'papaparse';
import {
  SANDBOX_PASSWORD,
  SANDBOX_USERNAME,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/server.js';
import { type Ended, startCli } from '../fixtures/cli.js';
import type { OnTestFinished } from '../fixtures/with-sandbox.js';

export const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));

/** The cells of a row by header. */
export type Cells = Record<string, string>;

/** A directory to work in, with a platform to send to. */
export interface Place {
  readonly directory: string;
  readonly sandbox: Sandbox;
  /** the log-in and the address of the platform, as the environment variables have them */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the built command line in the directory. */
  cli(...args: string[]): Promise<Ended>;
  /** Writes a file into the directory. @returns its path */
  write(name: string, content: string): Promise<string>;
  /** The rows of a CSV file in the directory. */
  csv(name: string): Cells[];
  text(name: string): string;
}

/** A place for one test; it is gone afterwards. */
export async function placeOf(onTestFinished: OnTestFinished, options: SandboxOptions = {}): Promise<Place> {
  const sandbox = await startSandbox(options);
  const directory = await mkdtemp(join(tmpdir(), 'cli-'));
  onTestFinished(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });
  const env = {
    ALIANZA_BASE_URL: sandbox.url,
    ALIANZA_USERNAME: SANDBOX_USERNAME,
    ALIANZA_PASSWORD: SANDBOX_PASSWORD,
    // Locks of partitions are kept there: each place has its own.
    TMPDIR: directory,
  };
  const text = (name: string) => readFileSync(join(directory, name), 'utf8');
  return {
    directory,
    sandbox,
    env,
    cli: (...args) => startCli(args, { cwd: directory, env }).ended,
    async write(name, content) {
      const path = join(directory, name);
      await writeFile(path, content);
      return path;
    },
    text,
    csv: (name) => parseCsv(text(name)),
  };
}

export function parseCsv(text: string): Cells[] {
  return Papa.parse<Cells>(text.replace(/^\uFEFF/, ''), { header: true, skipEmptyLines: true }).data;
}

/** The rows of the worksheets of a workbook, one after another. */
export async function readWorkbook(path: string): Promise<Cells[]> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  return book.worksheets.flatMap((sheet) => {
    const headers = textsOf(sheet.getRow(1));
    const rows: Cells[] = [];
    for (let number = 2; number <= sheet.rowCount; number++) {
      const texts = textsOf(sheet.getRow(number));
      rows.push(Object.fromEntries(headers.map((header, at) => [header, texts[at] ?? ''])));
    }
    return rows;
  });
}

function textsOf(row: ExcelJS.Row): string[] {
  return Array.from({ length: row.cellCount }, (_, at) => row.getCell(at + 1).text);
}

/** The calls that change something, the log-in not among them, in order of arrival. */
export function writesOf(sandbox: Sandbox, after = 0): string[] {
  return (
    sandbox.requests
      .slice(after)
      .filter(({ method, operation }) => method !== 'GET' && operation !== 'logUserIn')
      .map(({ operation = '' }) => operation)
      // A check of an address for emergency calls is a PUT that writes nothing.
      .filter((operation) => operation !== 'preValidateAccountTn')
  );
}

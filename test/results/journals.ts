import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Journal, type JsonObject, type StoredSource } from '../../src/journal/journal.js';
import type { RowResult } from '../../src/plan/statuses.js';
import type { RowValues } from '../../src/records/columns.js';
import { describeHeaders, type HeaderNames } from '../../src/records/headers.js';
import type { Problem } from '../../src/records/problem.js';
import type { Product } from '../../src/records/products.js';
import type { ImportRecord } from '../../src/records/record.js';
import type { RunReport } from '../../src/results/run-report.js';

/** A row of a test's journal: what matters to results, the rest is filled in. */
export interface TestRow {
  readonly source?: number;
  readonly row: number;
  readonly cells: readonly string[];
  readonly status: string;
  readonly result?: RowResult;
  readonly product?: Product | null;
  readonly accountFirst?: number;
  readonly userFirst?: number;
  readonly callerId?: boolean | null;
  readonly values?: RowValues;
  readonly problems?: readonly Partial<Problem>[];
}

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'results-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A real journal in `directory` with these sources and rows; ordinals are 1, 2, 3 … */
export async function journalOf(
  directory: string,
  sources: readonly Pick<StoredSource, 'file' | 'sheet' | 'header'>[],
  rows: Iterable<TestRow>,
  headerNames: HeaderNames = {},
): Promise<Journal<ImportRecord>> {
  const journal = new Journal<ImportRecord>(join(directory, 'journal.db'));
  onTestFinished(() => journal.close());
  const written: Promise<void>[] = [];
  sources.forEach((source, index) => {
    const understood = describeHeaders(source, headerNames).map((match) => ({ ...match }));
    written.push(journal.addSource({ id: index + 1, ...source, understood }));
  });
  let ordinal = 0;
  for (const each of rows) {
    ordinal += 1;
    const id = each.source ?? 1;
    const { file = '', sheet = null } = sources[id - 1] ?? {};
    const record: ImportRecord = {
      ordinal,
      ...{ file, sheet, row: each.row },
      product: each.product === undefined ? 'BCC' : each.product,
      values: each.values ?? {},
      valid: each.status !== 'invalid',
      accountFirst: each.accountFirst ?? ordinal,
      userFirst: each.userFirst ?? 0,
      accountUsable: true,
      userUsable: true,
      searchIndex: 0,
      callerId: each.callerId ?? null,
    };
    const { row, cells, status } = each;
    written.push(journal.addRow({ ordinal, source: id, row, cells, record, status }, null));
    if (each.result) written.push(journal.setRowStatus(ordinal, status, { ...each.result } as JsonObject));
    for (const problem of each.problems ?? []) {
      const whole: Problem = {
        ...{
          file,
          sheet,
          row,
          column: null,
          value: '',
          code: 'REQUIRED',
          message: 'bad',
          hint: 'Correct it.',
        },
        severity: 'error',
        ...problem,
      };
      written.push(journal.addProblem(ordinal, { ...whole }));
    }
  }
  await Promise.all(written);
  return journal;
}

/** A report of a run; what matters to a test is given. */
export function reportOf(over: Partial<RunReport> = {}): RunReport {
  return {
    kind: 'run',
    environment: 'beta',
    baseUrl: 'https://api.b2.alianza.com',
    partitionId: 'part-1',
    runDir: 'runs/1',
    sheets: ['/home/me/customers.xlsx'],
    startedAt: '2025-03-04T05:06:07.000Z',
    parts: [],
    limiter: null,
    changes: null,
    existing: null,
    differing: null,
    plan: null,
    selection: null,
    tables: [],
    coverage: [],
    created: [],
    results: 'runs/1/results.xlsx',
    report: 'runs/1/report.html',
    credentials: null,
    kept: [],
    stoppedBy: null,
    error: null,
    undoneAt: null,
    undoneBy: null,
    exit: 'someFailed',
    durationMs: 61_000,
    requests: 6100,
    counts: { created: 8, existing: 0, failed: 1, invalid: 1 },
    night: null,
    next: ['Resume: `alianza-import resume runs/1`'],
    objects: [],
    ports: [],
    groups: [],
    errors: 'runs/1/errors.xlsx',
    ...over,
  };
}

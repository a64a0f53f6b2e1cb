import { errorFacts } from '../errors.js';
import type { ListedRun } from '../results/run-report.js';
import { type FoundRow, findInRuns } from '../run/find.js';

/** What the process is asked. */
export interface RowsRequest {
  readonly folder: string;
  readonly text: string;
  /** '' for all; rows of other runs are left out */
  readonly standing: string;
  readonly environment: string;
  /** how long it may look, milliseconds */
  readonly mostMs: number;
}

/** What a search found. */
export interface FoundRows {
  /** those that have it as a word first, each part newest run first */
  readonly rows: readonly FoundRow[];
  /** how many have it, also of those that are not in `rows` */
  readonly count: number;
  /** runs that could not be looked through */
  readonly unreadable: number;
  /** whether it ended before all was looked through, since that took too long */
  readonly isCut: boolean;
}

/** What it answers. */
export type RowsAnswer =
  | FoundRows
  | { readonly error: { readonly code: string; readonly message: string; readonly hint: string } };

/** Rows that are told; of those that have the text only inside a longer word, beside others and alone. */
const MOST = 200;
const MOST_PARTS = 20;

async function found(request: RowsRequest): Promise<FoundRows> {
  const { folder, text, standing, environment, mostMs } = request;
  const whole: FoundRow[] = [];
  const parts: FoundRow[] = [];
  let count = 0;
  const told = (unreadable: number, isCut: boolean): FoundRows => {
    const besides = parts.slice(0, whole.length === 0 ? MOST : MOST_PARTS);
    return { rows: [...whole, ...besides], count, unreadable, isCut };
  };
  const take = async (row: FoundRow, run: ListedRun) => {
    if (standing !== '' && run.state !== standing) return;
    if (environment !== '' && run.environment !== environment) return;
    count++;
    const kept = row.match === 'whole' ? whole : parts;
    if (kept.length < MOST) kept.push(row);
  };
  const signal = AbortSignal.timeout(mostMs);
  try {
    const { unreadable } = await findInRuns(folder, text, take, signal);
    return told(unreadable.length, false);
  } catch (error) {
    if (!signal.aborted) throw error;
    return told(0, true);
  }
}

// The code of a process of its own: large journals would keep the server from answering meanwhile.
process.once('message', (request: RowsRequest) => {
  const answer = (told: RowsAnswer) => process.send?.(told, () => process.disconnect());
  found(request).then(answer, (error: unknown) => {
    const { code, message, hint } = errorFacts(error);
    answer({ error: { code, message, hint } });
  });
});

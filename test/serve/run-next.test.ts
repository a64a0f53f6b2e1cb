import { describe, expect, it } from 'vitest';
import type { ListedRun, RunReport } from '../../src/results/run-report.js';
import { nextOf } from '../../src/serve/pages/run-next.js';
import { reportOf } from '../results/journals.js';

const NOTHING_SENT = { waiting: 0, takenBack: 0, options: '', rows: 0, invalid: 0 };

/** What a page says of a run, a line each: the button and what it is for. */
function told(listed: Partial<ListedRun>, known: Partial<RunReport> = {}): string[] {
  const report = reportOf({ environment: 'production', ...listed, ...known });
  const facts = { partUndoneAt: null, lastAt: report.startedAt, tailMissing: false };
  const run: ListedRun = { ...report, ...facts, state: 'done', ...listed, runDir: '/srv/a b/runs/x' };
  return nextOf(run, report).map(({ act, text }) => `${act ?? '-'}: ${text}`);
}

const VERIFY =
  'verify: Reads everything back from the platform and compares it with the sheet. Changes nothing.';
const FOLLOW =
  'follow: Asks what became of activations, ports and E911 addresses, which the platform does later. Changes nothing.';
const RESULTS = 'results: Writes its results, its errors and its report again.';
const UNDO =
  'undo: Lists what this run created and, once you have confirmed it, deletes that and nothing else.';
const CORRECT = 'correct: Makes a new sheet of the rows that are not done, to be put right here and started.';

describe('what can be done next with a run', () => {
  it('goes on where it stopped', () => {
    expect(
      told({ state: 'stopped', stoppedBy: 'interrupted', counts: { created: 62, pending: 88 } }),
    ).toEqual([
      'resume: Goes on with the 88 pending rows where the run stopped. What is done is not done again.',
      ...[VERIFY, FOLLOW, RESULTS, UNDO],
    ]);
    expect(told({ state: 'stopped', stoppedBy: 'error', counts: { pending: 1 } })[0]).toBe(
      'resume: When the cause is gone: goes on with the 1 pending row where the run stopped. What is done is not done again.',
    );
  });

  it('tries what failed once more, or has it put right', () => {
    expect(told({ state: 'not done', counts: { created: 5, failed: 2, skipped: 1 } })).toEqual([
      'retry: Sends the 3 failed rows once more, when the cause is gone.',
      ...[CORRECT, VERIFY, FOLLOW, RESULTS, UNDO],
    ]);
  });

  it('sends nothing of a sheet with invalid rows by going on', () => {
    const part = { requests: 0 } as ListedRun['parts'][number];
    expect(told({ state: 'not done', parts: [part], counts: { invalid: 16, pending: 7 } })).toEqual([
      '-: Nothing was sent, since 16 rows are invalid. Put them right, or start the sheet again and leave them out.',
      ...[CORRECT, FOLLOW, RESULTS, UNDO],
    ]);
  });

  it('names what the command line alone does by whole paths', () => {
    const selection = { ...NOTHING_SENT, others: { pending: 95 }, waiting: 95 };
    const night = { moves: 2, staged: 0, held: 0 };
    expect(
      told({ counts: { created: 5, pending: 95 } }, { selection, night, kept: ['runs/x/errors-1.xlsx'] }),
    ).toEqual([
      ...[VERIFY, FOLLOW],
      'rest: When these rows are good: sends the 95 other rows that were left out, in this run.',
      '-: Somebody has corrected errors-1.xlsx in the folder of the run: upload it to import that.',
      '-: 2 numbers move at cut-over. In their night the command line does that: `alianza-import cutover "/srv/a b/runs/x"`',
      ...[RESULTS, UNDO],
    ]);
  });

  it('hands over what is done', () => {
    expect(told({ counts: { created: 5 } }, { credentials: 'runs/1/credentials.csv' })).toContain(
      '-: Hand over results.xlsx and report.html, below; the SIP passwords go by a safe way of their own, from "Credentials" below.',
    );
    expect(told({ environment: 'sandbox', counts: { created: 5 } })).toEqual([VERIFY, FOLLOW, RESULTS, UNDO]);
  });

  it('goes on with an undo, and with nothing that would create anything again', () => {
    const undoneAt = '2025-03-05T05:06:07.000Z';
    expect(told({ state: 'undone', undoneAt, counts: { pending: 5 } })).toEqual([RESULTS]);
    expect(told({ state: 'partly undone', undoneAt, counts: { created: 1, pending: 4 } })).toEqual([
      'undo: Something of it is still there: see what, and go on taking it back.',
      RESULTS,
    ]);
  });
});

import { isInterruption } from '../errors.js';
import { PlanCounter } from '../execute/plan-counter.js';
import { readSheets, type SheetEvents } from '../load/load.js';
import { readEdits } from '../records/edits.js';
import { noticeAsProblem, type Problem } from '../records/problem.js';
import { nextSteps } from '../results/next-steps.js';
import { needsProfile, ProblemGroups } from '../results/problem-groups.js';
import type { RunReport, TableHeaders } from '../results/run-report.js';
import { optionsAgain } from './again.js';
import type { RunRequest } from './begin.js';
import { type Follow, signalOf } from './events.js';
import { unlessInterrupted } from './interrupt.js';
import { paceOf, readingOptions, settingsOf } from './settings.js';

/** What a check without the platform covers. */
export const OFFLINE_COVERAGE: readonly string[] = [
  'Offline: every cell, every row, and the rows of one account, user, number, device, line and trunk against each other.',
  'On the platform: nothing. `run --dry-run` adds the read-only checks.',
];

/**
 * Checks sheets and keeps nothing: a million rows take no more memory than ten. Every problem is an event of its own,
 * and the next is waited with until it is taken.
 *
 * @throws StopError when a sheet cannot be read
 */
export async function validateSheets(request: RunRequest, follow: Follow = {}): Promise<RunReport> {
  const { sheets } = request;
  const { settings, profile } = await settingsOf(request);
  const reading = { ...readingOptions(profile, settings), examples: 'warn' } as const;
  const edits = settings.edits === undefined ? null : await readEdits(settings.edits);
  const startedAt = new Date();
  const groups = new ProblemGroups();
  const invalid = new Marks();
  const counter = new PlanCounter();
  let total = 0;
  const take = async (problem: Problem) => {
    groups.add(problem);
    await follow.on?.({ type: 'problem', problem });
  };
  const tables: TableHeaders[] = [];
  const signal = signalOf(follow);
  const read = async () => {
    const events: SheetEvents = {
      signal,
      onNotice: (notice) => void take(noticeAsProblem(notice)),
      onLeftOut: take,
      async onTable({ file, sheet }, problems, { headers }) {
        tables.push({ file, sheet, headers });
        await follow.on?.({ type: 'table', file, sheet, headers });
        for (const problem of problems) await take(problem);
      },
      async onTableEnd(problems) {
        for (const problem of problems) await take(problem);
      },
      async onRows(checked) {
        for (const { record, problems } of checked) {
          total++;
          counter.addRead(record);
          if (!record.valid) invalid.add(record.ordinal);
          for (const problem of problems) await take(problem);
        }
      },
    };
    const validator = await readSheets(sheets, reading, events, edits);
    for (const { ordinal, ...problem } of validator.finish()) {
      await take(problem);
      if (problem.severity !== 'error') continue;
      invalid.add(ordinal);
      counter.drop(ordinal);
    }
  };
  let interrupted = false;
  try {
    await unlessInterrupted(signal, read());
  } catch (error) {
    if (!isInterruption(error)) throw error;
    interrupted = true;
  }
  const found = groups.list();
  const counts = { valid: total - invalid.size, invalid: invalid.size };
  const told = {
    runDir: null,
    kind: 'validate',
    sheets,
    counts,
    environment: settings.environment,
    selection: null,
    ...{ results: null, errors: null, kept: [], report: null, credentials: null },
    undoneAt: null,
    stoppedBy: interrupted ? 'interrupted' : null,
  } as const;
  const again = optionsAgain({ target: { environment: 'sandbox', baseUrl: null }, settings });
  return {
    ...told,
    ...{ baseUrl: null, partitionId: null, parts: [] },
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    ...{ requests: null, limiter: null, existing: null, differing: null, changes: null },
    plan: interrupted ? null : counter.plan(paceOf(settings), false),
    coverage: OFFLINE_COVERAGE,
    ...{ tables, objects: [], ports: [], groups: found, created: [], error: null, undoneBy: null },
    night: null,
    next: nextSteps({
      ...told,
      ...again,
      needsProfile: needsProfile(found),
      sent: false,
      toTakeBack: 0,
      night: null,
    }),
    exit: interrupted ? 'interrupted' : counts.invalid === 0 ? 'done' : 'someFailed',
  };
}

/** Marks on ordinals: a byte a row, where a set of numbers would take fifty. */
class Marks {
  #marks = new Uint8Array(1 << 16);
  size = 0;

  add(ordinal: number): void {
    if (ordinal >= this.#marks.length) {
      const larger = new Uint8Array(Math.max(ordinal + 1, 2 * this.#marks.length));
      larger.set(this.#marks);
      this.#marks = larger;
    }
    if (this.#marks[ordinal] === 1) return;
    this.#marks[ordinal] = 1;
    this.size++;
  }
}

import { ApiError, NotSentError } from '../api/api-error.js';
import { hintOfCodes } from '../api/refusal-codes.js';
import type { StoredRow } from '../journal/journal.js';
import type { KindName, Resource, Role, RowPlan } from '../plan/resource.js';
import type { RowChange, RowResult, RowStatus } from '../plan/statuses.js';
import { rowText } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';
import { differenceText } from '../resources/compare.js';
import type { IdColumn } from '../resources/kind.js';
import { KINDS } from '../resources/kinds.js';
import { lookWith } from '../resources/look.js';
import { notActiveYet } from '../resources/not-active.js';
import { StepError } from '../resources/step-error.js';
import {
  type Failure,
  NeedError,
  type Outcome,
  type RunContext,
  type Settled,
  type Task,
  WaitError,
  type Waiting,
} from '../resources/task.js';
import { isThere } from './ids.js';
import { Planner } from './planner.js';
import { eventsOf, HOLDING, heldRow, type RowStanding, rowAfterEvents, waitingRow } from './row-events.js';

/** How the work on a row ended. `pending`: the run is stopping and the row is not finished. */
export interface RowEnd {
  readonly status: RowStatus;
  readonly result: RowResult;
  /** every failure of it was a passing one */
  readonly transient: boolean;
}

interface Work {
  readonly settled: Promise<Settled>;
  /** rows at work that use it; forgotten when none is left, since the journal remembers */
  users: number;
}

/**
 * Walks the plans of rows: each resource is worked on once however many rows name it, what does not depend on each
 * other overlaps, and what the journal knows is not done again.
 */
export class Executor {
  readonly #run: RunContext;
  readonly #planner: Planner;
  readonly #works = new Map<string, Work>();
  /** what waits for numbers to be active */
  readonly #waiting = new Map<string, Settled>();
  /** an earlier look at what became of the run's numbers has left something */
  readonly #hasEvents: boolean;

  constructor(run: RunContext) {
    this.#run = run;
    this.#planner = new Planner(run.journal);
    this.#hasEvents = run.journal.hasEvents();
  }

  /**
   * Brings about everything that a row wants.
   * @throws StopError when no row can succeed any more, or nothing can be written
   */
  async runRow(row: StoredRow<ImportRecord>): Promise<RowEnd> {
    const plan = this.#planner.plan(row);
    if (typeof plan === 'string')
      return {
        status: 'skipped',
        result: { error: plan, hint: 'Correct that row first.' },
        transient: false,
      };
    const used = plan.resources.map((resource) => this.#use(resource, plan, row.ordinal));
    try {
      const settled = await Promise.all(used.map((work) => work.settled));
      return this.#end(row, plan.resources, settled);
    } finally {
      plan.resources.forEach((resource, index) => {
        const work = used[index];
        if (work && --work.users === 0) this.#works.delete(resource.key);
      });
    }
  }

  #use(resource: Resource, plan: RowPlan, ordinal: number): Work {
    let work = this.#works.get(resource.key);
    if (!work) {
      work = { settled: this.#settle(resource, plan, ordinal), users: 0 };
      // A run that stops rejects everything at work at once; whoever awaits it sees it.
      work.settled.catch(() => {});
      this.#works.set(resource.key, work);
    }
    work.users++;
    return work;
  }

  /** Works on a resource unless the journal knows how it ended. */
  async #settle(resource: Resource, plan: RowPlan, ordinal: number): Promise<Settled> {
    const known = this.#waiting.get(resource.key) ?? this.#fromJournal(resource.key);
    if (known) return known;
    const task: Task = {
      run: this.#run,
      resource,
      ordinal,
      need: (role) => this.#need(resource, role, plan, ordinal),
      account: async () => {
        const account = await this.#need(resource, 'account', plan, ordinal);
        if (!account) throw new Error(`${resource.key} does not say which account it is in`);
        return account;
      },
      send: (call, options) => this.#run.client.send(call, { priority: ordinal, ...options }),
      look: lookWith(this.#run.client, ordinal),
    };
    try {
      return { ok: true, outcome: await KINDS[resource.kind].bringAbout(task), owner: ordinal };
    } catch (error) {
      if (error instanceof NeedError) return error.settled;
      if (error instanceof NotSentError) return { ok: false, stopped: true };
      const waits = error instanceof ApiError ? await this.#waits(task, error) : error;
      if (waits instanceof WaitError) {
        const { message, awaits } = waits;
        const settled = { ok: false, waiting: { key: resource.key, message, awaits } } as const;
        // The rows that share it need not try it again in this process.
        this.#waiting.set(resource.key, settled);
        return settled;
      }
      const failure = failureOf(resource.key, ordinal, error);
      // For the rows that share it; a refusal is on disk already.
      // What an update may have changed is known by its intent alone.
      const isKept = this.#run.journal.step(resource.key)?.state === 'updating';
      if (error instanceof StepError && !failure.transient && !isKept)
        await this.#run.journal.settle(resource.key, resource.kind, ordinal, 'failed', {
          message: failure.message,
          hint: failure.hint,
        });
      return { ok: false, failure };
    }
  }

  /** What a resource waits for that was refused by another call than its own; null where that is about something else. */
  async #waits(task: Task, error: ApiError): Promise<WaitError | null> {
    const { namesNumbers } = KINDS[task.resource.kind];
    if (namesNumbers === null || error.kind !== 'refused') return null;
    // The step itself says so where it was refused.
    if (this.#run.journal.step(task.resource.key)?.state === 'failed') return null;
    return notActiveYet(task, await task.account(), namesNumbers, error);
  }

  #fromJournal(key: string): Settled | null {
    const step = this.#run.journal.step(key);
    if (isThere(step)) return { ok: true, outcome: step.outcome as unknown as Outcome, owner: step.owner };
    if (step?.state !== 'failed') return null;
    const message = String(step.outcome?.['message'] ?? 'it failed earlier');
    const hint = String(step.outcome?.['hint'] ?? RETRY_HINT);
    const failure = { key, owner: step.owner, message, hint, transient: false };
    return { ok: false, failure };
  }

  async #need(resource: Resource, role: Role, plan: RowPlan, ordinal: number): Promise<Outcome | undefined> {
    const key = resource.needs[role];
    if (key === undefined) return undefined;
    const settled = await this.#needed(key, plan, ordinal);
    if (settled.ok) return settled.outcome;
    throw new NeedError(settled);
  }

  async #needed(key: string, plan: RowPlan, ordinal: number): Promise<Settled> {
    const work = this.#works.get(key);
    if (work) return work.settled;
    const known = this.#fromJournal(key);
    if (known) return known;
    // Of a row that is brought ahead, what its parts need may not be at work yet.
    const own = plan.resources.find((each) => each.key === key);
    if (own) return this.#started(own, plan, ordinal);
    const elsewhere = plan.elsewhere.get(key);
    const row = elsewhere === undefined ? undefined : this.#run.journal.row(elsewhere);
    const otherPlan = row && row.status !== 'invalid' ? this.#planner.planAhead(row) : undefined;
    const other =
      typeof otherPlan === 'object' ? otherPlan.resources.find((each) => each.key === key) : undefined;
    if (!row || !other || typeof otherPlan !== 'object')
      return missing(
        key,
        elsewhere ?? ordinal,
        row ? 'the row that brings it is not valid' : 'no row brings it',
      );
    return this.#started(other, otherPlan, row.ordinal);
  }

  /** Works on what another resource needs, as long as it does. */
  async #started(resource: Resource, plan: RowPlan, ordinal: number): Promise<Settled> {
    const started = this.#use(resource, plan, ordinal);
    try {
      return await started.settled;
    } finally {
      if (--started.users === 0) this.#works.delete(resource.key);
    }
  }

  /** How a row stands that is brought about: what the platform has to finish, or has refused since, tells. */
  #standing(
    { ordinal }: StoredRow<ImportRecord>,
    resources: readonly Resource[],
    whole: RowStanding,
  ): RowStanding {
    const holds = resources.some(({ kind }) => HOLDING.has(kind));
    if (!holds && !this.#hasEvents) return whole;
    const events = eventsOf(this.#run.journal, ordinal);
    const held = heldRow(
      resources.map(({ kind }) => kind),
      whole,
      events,
    );
    return rowAfterEvents(held ?? whole, events) ?? held ?? whole;
  }

  #end(row: StoredRow<ImportRecord>, resources: readonly Resource[], settled: readonly Settled[]): RowEnd {
    const ids: Partial<Record<IdColumn, string>> = {};
    let [created, updated] = [false, false];
    let stopped = false;
    let waiting: Waiting | null = null as Waiting | null;
    const failures: { kind: KindName; failure: Failure }[] = [];
    const warnings: string[] = [];
    const changes: RowChange[] = [];
    const notes: string[] = [];
    resources.forEach((resource, index) => {
      const each = settled[index];
      if (!each) return;
      if (each.ok) {
        const { idColumn, title } = KINDS[resource.kind];
        if (idColumn) ids[idColumn] = each.outcome.id;
        created ||= each.outcome.state === 'created';
        // What several rows share is told once, at the row that found it.
        if (each.owner !== row.ordinal) return;
        for (const difference of each.outcome.differs ?? [])
          warnings.push(`${title} differs on the platform: ${differenceText(difference)}`);
        for (const change of each.outcome.changed ?? []) changes.push({ object: resource.key, ...change });
        updated ||= each.outcome.changed !== undefined;
        notes.push(...(each.outcome.notes ?? []));
      } else if ('stopped' in each) stopped = true;
      else if ('waiting' in each) waiting ??= each.waiting;
      else failures.push({ kind: resource.kind, failure: each.failure });
    });
    const finishedAt = new Date().toISOString();
    const told = [...warnings, ...notes];
    const differing = {
      ...(told.length > 0 ? { warnings: told } : {}),
      ...(warnings.length > 0 ? { differs: warnings.length } : {}),
      ...(changes.length > 0 ? { changes } : {}),
    };
    // A row at work while the run stops is tried again as a whole: its done parts cost no calls.
    if (stopped) return { status: 'pending', result: ids, transient: false };
    const own = failures.find(({ failure }) => failure.owner === row.ordinal) ?? failures[0];
    const whole = { ...ids, ...differing, finishedAt };
    if (!own && waiting !== null) {
      const warning = `${waiting.key} waits: ${waiting.message}`;
      const waits = waitingRow({ ...whole, awaits: waiting.awaits, warnings: [...told, warning] }, 'pending');
      const after = rowAfterEvents(waits, eventsOf(this.#run.journal, row.ordinal));
      return { ...(after ?? waits), transient: false };
    }
    if (!own) {
      const status = created ? 'created' : updated ? 'updated' : 'existing';
      return { ...this.#standing(row, resources, { status, result: whole }), transient: false };
    }
    const { failure } = own;
    const kind = resources.find((resource) => resource.key === failure.key)?.kind ?? own.kind;
    const owner = failure.owner === row.ordinal ? undefined : this.#run.journal.row(failure.owner);
    const where = owner && rowText(owner.record, row.record);
    const result = {
      ...ids,
      ...differing,
      failedStep: kind,
      stepTitle: KINDS[kind].title,
      error: owner ? `${failure.key} failed in ${where}: ${failure.message}` : failure.message,
      hint: owner ? `Correct ${where} first.` : failure.hint,
      ...(owner ? { other: owner.ordinal } : {}),
      finishedAt,
    };
    return {
      status: owner ? 'skipped' : 'failed',
      result,
      transient: failures.every((each) => each.failure.transient),
    };
  }
}

const RETRY_HINT = 'Correct the cause, then: resume --retry failed';

function missing(key: string, owner: number, why: string): Settled {
  const message = `It needs ${key}, but ${why}.`;
  return { ok: false, failure: { key, owner, message, hint: 'Correct the sheet.', transient: false } };
}

/** A failure as a value; what stops the run goes on up. */
function failureOf(key: string, owner: number, error: unknown): Failure {
  if (error instanceof StepError)
    return { key, owner, message: error.message, hint: error.hint, transient: error.transient };
  if (!(error instanceof ApiError)) throw error;
  if (error.kind === 'refused')
    return { key, owner, message: error.message, hint: refusedHint(error), transient: false };
  const doubt =
    error.kind === 'inDoubt' ? ' It may have been done; a resume looks before it sends again.' : '';
  return {
    key,
    owner,
    message: `${error.message}.${doubt}`,
    hint: 'Try again with: resume --retry failed',
    transient: true,
  };
}

function refusedHint(error: ApiError): string {
  const known = hintOfCodes(error.messages);
  if (known !== null) return known;
  return error.status === 404
    ? 'Something that this call needs is not on the platform; check the IDs and the partition.'
    : 'Correct the cells that the message names, then send the row again.';
}

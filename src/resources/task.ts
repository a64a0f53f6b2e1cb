import type { Client, SendOptions } from '../api/client.js';
import type { Call, ReservePath } from '../api/endpoints.js';
import type { CredentialsFile } from '../journal/credentials.js';
import type { Journal } from '../journal/journal.js';
import type { Resource, Role } from '../plan/resource.js';
import type { Awaited } from '../plan/statuses.js';
import type { ImportRecord } from '../records/record.js';
import type { Change } from './changes.js';
import type { FieldDifference } from './compare.js';
import type { Look } from './look.js';
import type { AccountIndex } from './lookups/account-index.js';
import type { Addresses } from './lookups/addresses.js';
import type { NumberPools } from './lookups/number-pools.js';
import type { Snapshots } from './lookups/snapshots.js';

/** What happens to a resource with the same natural key that this run did not create. */
export type ExistingPolicy = 'reuse' | 'update' | 'fail';

/** What all the work of a run shares. */
export interface RunContext {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  readonly credentials: CredentialsFile;
  readonly accounts: AccountIndex;
  readonly snapshots: Snapshots;
  readonly addresses: Addresses;
  readonly pools: NumberPools;
  readonly existing: ExistingPolicy;
  readonly retries: number;
  /** the partition of rows that name none */
  readonly partitionId: string;
  /** how long the platform may still be at work on a create whose answer was lost */
  readonly settleMs: number;
  /** when this process began, by a clock that never goes back (`performance.now()`) */
  readonly startedAt: number;
  /**
   * An earlier process has worked on this run, or the journal has lost its tail: somebody may have created since what the
   * journal does not know of, so it is looked for in every account that was there before this process.
   */
  readonly looksFirst: boolean;
  /** the outcomes of creates that this process has sent */
  readonly madeHere: WeakSet<Outcome>;
  /** fields that the platform never answers, by kind: another read would not tell either */
  readonly neverAnswered: Set<string>;
  /** where reservations are made, once the platform has shown which of the two paths it knows */
  reservePath: ReservePath | null;
}

/** A resource that is there, with what later steps need of it. */
export interface Outcome {
  readonly state: 'created' | 'existing';
  /** the platform's ID; for a number, the number itself */
  readonly id: string;
  readonly accountId: string;
  readonly partitionId: string;
  /** the ID of what it hangs on, where that may be no resource of the run */
  readonly ownerId?: string;
  /** how one that was there before the run differs from the sheet; absent when it does not */
  readonly differs?: readonly FieldDifference[];
  /** what this run has changed of one that was there before it, with the former values; absent when it has not */
  readonly changed?: readonly Change[];
  /** what a person has to know of it, each a sentence without its full stop */
  readonly notes?: readonly string[];
  /** the fields that the platform answered otherwise than they were sent, when it was created */
  readonly asAnswered?: readonly FieldDifference[];
}

/** The account that something is in. */
export type AccountIds = Pick<Outcome, 'partitionId' | 'accountId'>;

/** Why a resource is not there. */
export interface Failure {
  /** key of the resource that failed */
  readonly key: string;
  /** ordinal of the row that the failure belongs to: the first that asked for the resource */
  readonly owner: number;
  readonly message: string;
  readonly hint: string;
  /** every try failed for a passing reason: worth another round */
  readonly transient: boolean;
}

/** What a resource waits for that the platform must finish first. */
export interface Waiting {
  /** key of the resource that could not be sent */
  readonly key: string;
  /** why, in words */
  readonly message: string;
  /** the numbers that must be active first */
  readonly awaits: readonly Awaited[];
}

/** Thrown inside a step: the platform must finish something first. The row waits; a later resume tries it again. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
  readonly awaits: readonly Awaited[];

  constructor(message: string, awaits: readonly Awaited[] = []) {
    super(message);
    this.awaits = awaits;
  }
}

/** How the work on a resource ended. `stopped`: the run is stopping and it was not finished. */
export type Settled =
  | {
      readonly ok: true;
      readonly outcome: Outcome /** ordinal of the row that did the work */;
      readonly owner: number;
    }
  | { readonly ok: false; readonly failure: Failure }
  | { readonly ok: false; readonly waiting: Waiting }
  | { readonly ok: false; readonly stopped: true };

/** Thrown inside a step: something it needs is not there. */
export class NeedError extends Error {
  override readonly name = 'NeedError';
  readonly settled: Exclude<Settled, { ok: true }>;

  constructor(settled: Exclude<Settled, { ok: true }>) {
    super('a resource that this one needs is not there');
    this.settled = settled;
  }
}

/** The work on one resource, as its kind sees it. */
export interface Task {
  readonly run: RunContext;
  readonly resource: Resource;
  /** ordinal of the row that does the work; earlier rows go first */
  readonly ordinal: number;
  /** waits for a needed resource; undefined when the resource does not need that role. Throws NeedError. */
  need(role: Role): Promise<Outcome | undefined>;
  /** the account, which every resource but itself needs */
  account(): Promise<Outcome>;
  send<T>(call: Call<T>, options?: SendOptions): Promise<T>;
  readonly look: Look;
}

/** The row's own number, once every number that the row names is on the account: what names another is refused. */
export async function numbersOnAccount(task: Task): Promise<Outcome | undefined> {
  const own = await task.need('number');
  await task.need('namedNumber1');
  await task.need('namedNumber2');
  return own;
}

/** Whether an account may hold what this process has not created: then that is looked for before it is created. */
export function mayHoldMore(run: RunContext, account: Outcome): boolean {
  return account.state === 'existing' || (run.looksFirst && !run.madeHere.has(account));
}

import type { Call } from '../api/endpoints.js';
import type { JsonObject } from '../journal/journal.js';
import type { EventType } from '../plan/events.js';
import type { KindName, Resource } from '../plan/resource.js';
import type { RowResult } from '../plan/statuses.js';
import type { ColumnName, RowValues } from '../records/columns.js';
import type { CompleteValues } from '../records/complete.js';
import type { ProblemCode } from '../records/problem.js';
import type { RowAddresses } from './activation.js';
import type { Change } from './changes.js';
import type { FieldDifference } from './compare.js';
import type { Look } from './look.js';
import type { DryRunQuestions } from './lookups/dry-run-questions.js';
import type { Snapshot } from './lookups/snapshots.js';
import type { RowFindings } from './row-findings.js';
import type { AccountIds, Outcome, Task } from './task.js';

/** A result column that shows an ID. */
export type IdColumn = Extract<keyof RowResult, `${string}Id` | 'assignedPhoneNumber'>;

/** One resource as the platform names it, with what its calls need of the resources around it. */
export interface Ids extends AccountIds {
  /** its own ID; for a number, the number itself */
  readonly id: string;
  /** the ID of what it hangs on: a user, a line, a trunk; '' where it hangs on nothing */
  readonly ownerId: string;
  /** the row's own number, where the resource would have waited for it */
  readonly phone: string | undefined;
  /** the ID of the voicemail box that it sends callers to, where its row names that box */
  readonly voicemailBoxId?: string | undefined;
  /** the ID of the port order that brings it; '' where none does */
  readonly portId?: string;
  /** in a dry run: what stands for the ID of a line that the run would bring */
  readonly lineId?: ((lineName: string) => string) | undefined;
}

/** What the fields of a resource are made from. */
export interface Stating {
  readonly resource: Resource;
  /** all values, or only those that the sheet itself has */
  readonly values: RowValues | CompleteValues;
  readonly ids: Ids;
  /** the row's addresses as the platform reads them; null when it does not know them */
  addresses(): Promise<RowAddresses | null>;
}

/** What stands in a rehearsed request for what only the platform's answers tell. */
export interface Rehearsal {
  readonly partitionId: string;
  readonly accountId: string;
  readonly ownerId: string;
  /** the row's number: the given one, or what stands for a searched one */
  readonly phone: string;
  /** the same, where the resource would wait for it */
  readonly ownPhone: string | undefined;
  readonly addresses: RowAddresses;
  /** what stands for the ID of the voicemail box that the row names */
  readonly voicemailBoxId: string;
  /** what stands for the ID of a business line of that name */
  lineId(lineName: string): string;
}

/** What is known of the resources around one that is looked for. */
export interface Around {
  /** the ID of what it hangs on; '' where that is not there, null where it is not known yet */
  readonly ownerId: string | null;
  /** the number that it sets; undefined where it sets none, or a search has not found it yet */
  readonly phone: string | undefined;
  /** the ID of the voicemail box that its row names; undefined where that is not there */
  readonly voicemailBoxId?: string | undefined;
}

/** How one resource is found again under its natural key. */
export interface Finding<Now, Identity> {
  /** what tells it from others of its kind; kept with its intent */
  identity(resource: Resource, around: Around): Identity;
  /** looks it up as it is now */
  now(look: Look, ids: AccountIds, identity: Identity): Promise<Now | null>;
  /** the same from what its account held before the run, each list asked for once */
  held(held: Snapshot, identity: Identity, priority: number): Promise<Now | null>;
  idOf(now: Now): string;
  /** what shows that it is not the one the sheet means, in words; null when it is recognisably the same */
  strange(now: Now, identity: Identity): string | null;
}

/**
 * How one resource is deleted. What must be gone before it, the order of undo follows from. A setting that has this is
 * taken off what stays; with what goes it goes by itself.
 */
export interface TakeBack {
  readonly after: readonly KindName[];
  /** what somebody has put on it that would go with it, in words; null where nothing hangs on it */
  readonly occupied:
    | ((held: Snapshot, ids: Ids, left: Left, priority: number) => Promise<string | null>)
    | null;
  remove(ids: Ids, resource: Resource): Call<unknown>;
}

/** Whether something is still there once undo has deleted what it may: what this run did not create, or what it keeps. */
export type Left = (id: string) => boolean;

/**
 * How one that was there is brought to what the sheet says, field by field (`--existing update`); `update-once.ts` keeps
 * the promise. Fields are those of `stated`, by their outermost names. What the sheet does not state is never sent otherwise
 * than it is, and a blank cell states nothing.
 */
export interface Update<Now, Identity> {
  /** the fields that the call below changes; all that differ go in one */
  readonly fields: readonly string[];
  /** fields that the platform may refuse to change for reasons of its own: each in a call of its own, and a refusal is told */
  readonly mayBeRefused: readonly string[];
  /** why another field stays as it is, by its name; what is not named "cannot be changed in place" */
  readonly fixed: Readonly<Record<string, string>>;
  /**
   * Changes fields and leaves all others as they are.
   * @param fields each of them whole as it is to be; null takes its value away
   * @param now all that is there, for a call that replaces the whole (`wholeWith`)
   */
  call(ids: Ids, fields: JsonObject, now: Now): Call<unknown>;
  /** as `read` of the kind, with what the call needs besides; null where that reads all of it */
  readonly read: ((look: Look, ids: Ids, resource: Resource) => Promise<Now | null>) | null;
  /**
   * What of the former may have stayed beside the new, where the answer does not say whether it has: it is read again then.
   * A run tells it; undo sends its call once more, which takes away what is left. null where the answer is the end of it
   */
  readonly leaves: ((now: Now, before: Now, changed: readonly Change[]) => readonly FieldDifference[]) | null;
  /** as of `find`, where an update asks otherwise; null where it asks the same */
  readonly strange: ((now: Now, identity: Identity) => string | null) | null;
  /** what else on its account makes it doubtful that this is the one that is meant, in words; such a row fails */
  readonly doubt:
    | ((held: Snapshot, now: Now, identity: Identity, priority: number) => Promise<string | null>)
    | null;
  /** what a field is one thing with, such as the address that it is a part of: undo puts back all of it or nothing */
  readonly unitOf: ((field: string) => string) | null;
  /** what is stated with what goes with it, such as the blank parts of another address */
  readonly complete:
    | ((
        stated: object,
        now: Now,
        addresses: () => Promise<RowAddresses | null>,
        resource: Resource,
      ) => Promise<Completed>)
    | null;
}

/** What is stated with what goes with it, and what of it stays as it is for a reason of its own. */
export interface Completed {
  readonly stated: object;
  readonly differs: readonly FieldDifference[];
}

/** What an update asks of nothing but the fields. */
export const PLAIN_UPDATE = {
  mayBeRefused: [],
  fixed: {},
  read: null,
  leaves: null,
  strange: null,
  doubt: null,
  unitOf: null,
  complete: null,
} as const;

/** A field that is not yet as it will be, or is otherwise for a reason that is nobody's fault. */
export type Standing = FieldDifference & {
  /** it will not become what the sheet says by itself */
  readonly isWrong?: true;
};

/** What the platform still does after its answer, and tells by events. */
export interface WaitsFor {
  /** the type of the events that tell of it */
  readonly event: EventType;
  /** a row that brings one about is `waiting` until the event has ended well; else it is done with the answer */
  readonly holdsRow: boolean;
  /** fields (of `stated`) that change as it goes on: that they differ is nobody's change */
  readonly moves: readonly string[];
  /** why undo keeps one whose wait is over, unless it is asked for (`--ported`), in words; null where it keeps none */
  readonly inService: ((now: object, resource: Resource) => string | null) | null;
  /** what the platform is still doing with one, as that itself says, in words; null when it is done. Undo tells it */
  unfinished(now: object): string | null;
  /** where one stands on its way otherwise than at its end; verify tells it */
  standing(now: object, resource: Resource): readonly Standing[];
}

type DryRunAsk = (
  check: RowFindings,
  questions: DryRunQuestions,
  resource: Resource,
  held: Snapshot | null,
) => Promise<void>;

/**
 * The numbers that a resource names in what it sends.
 * @param own the row's own number, where the resource waits for it
 */
export type NamesNumbers = (resource: Resource, own: string | undefined) => readonly (string | undefined)[];

/** What a dry run can ask of one resource. */
export interface DryRunChecks {
  /** the error where one is there under its natural key and is another */
  readonly another: {
    readonly code: ProblemCode;
    column(values: CompleteValues, resource: Resource): ColumnName;
    readonly hint: string;
  } | null;
  /** what can be asked about one that is not there yet; `held` is null where its account is not there either */
  readonly whenNew: DryRunAsk | null;
  /** what can be asked whether it is there or not; `held` as for `whenNew`, and null of an account itself */
  readonly always: DryRunAsk | null;
}

/**
 * Everything that the program knows of one kind of resource. Where a kind has nothing to say it says `null`, so that a
 * hole is a compile error. Executor, rehearsal, dry run, verify and undo are loops over `kinds.ts`.
 */
export interface Kind<Now extends object, Identity extends JsonObject> {
  /** what people call it */
  readonly title: string;
  /** what people call this one of the kind, from its row */
  called(values: CompleteValues, id: string, resource: Resource): string;
  /** the result column with its ID */
  readonly idColumn: IdColumn | null;
  /**
   * the kind that it is a setting of: it goes with that, and setting it again changes nothing; `owner`: of whatever its
   * key names; null for an object
   */
  readonly settingOf: KindName | 'owner' | null;
  /** what the reference of a number that rings it is called; null where no number rings it */
  readonly referenceType: string | null;
  /** the writes that a run sends for it, in their order */
  writes(resource: Resource, rehearsal: Rehearsal): Call<unknown>[];
  /**
   * Brings it about, exactly once.
   * @throws StepError, NeedError, ApiError, NotSentError, StopError
   */
  bringAbout(task: Task): Promise<Outcome>;
  readonly find: Finding<Now, Identity>;
  /** reads it back, whole */
  read(look: Look, ids: Ids, resource: Resource): Promise<Now | null>;
  /** its fields as the sheet states them, named as the platform answers them; undefined where it states nothing */
  stated(stating: Stating): object | Promise<object>;
  /** how an existing one is brought to what the sheet says; null where nothing of it can be changed in place */
  readonly update: Update<Now, Identity> | null;
  /** how it is deleted; null for a setting that stays on what was there before */
  readonly takeBack: TakeBack | null;
  readonly dryRun: DryRunChecks;
  /** what the platform still does after its answer */
  readonly waitsFor: WaitsFor | null;
  /** the numbers that it names: the platform may refuse it as long as one is not active; null where it names none */
  readonly namesNumbers: NamesNumbers | null;
}

/** Nothing that a dry run could ask. */
export const NO_CHECKS: DryRunChecks = { another: null, whenNew: null, always: null };

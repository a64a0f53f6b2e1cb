import type { Client } from '../../api/client.js';
import type { Call } from '../../api/endpoints.js';
import type { Journal, JsonObject } from '../../journal/journal.js';
import type { ActName, KindName, Resource } from '../../plan/resource.js';
import type { ImportRecord } from '../../records/record.js';
import type { Ids } from '../kind.js';
import type { Look } from '../look.js';
import type { Snapshots } from '../lookups/snapshots.js';

/** What all acts of one command share. */
export interface ActRun {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  readonly snapshots: Snapshots;
  readonly retries: number;
  /** how long the platform may still be at work on a request whose answer was lost */
  readonly settleMs: number;
  /** when this process began, by `performance.now()` */
  readonly startedAt: number;
}

/** What an act is done to. */
export interface ActTask {
  readonly run: ActRun;
  readonly resource: Resource;
  readonly ids: Ids;
  /** ordinal of the row that does it; earlier rows go first */
  readonly ordinal: number;
  readonly look: Look;
  /** answers that rows share, each path asked for once */
  readonly shared: Look;
}

/** What the platform says before an act. */
export type Verdict =
  /** it is to be done; `before` is what undo and lists have to know of how it was */
  | { readonly what: 'due'; readonly before: JsonObject }
  /** it is so already */
  | { readonly what: 'done'; readonly now: JsonObject }
  /** it is not for this one, which is no fault */
  | { readonly what: 'left out'; readonly reason: string; readonly now?: JsonObject }
  /** something speaks against it */
  | { readonly what: 'failed'; readonly reason: string; readonly hint: string; readonly now?: JsonObject };

/** How an act is taken back. */
export type TakenBack =
  | { readonly what: 'send'; readonly call: Call<unknown> }
  /** it is as it was before, or what it was done to is gone */
  | { readonly what: 'gone'; readonly reason: string }
  | { readonly what: 'kept'; readonly reason: string };

/** One kind of thing that is done after the run when a person asks for it, exactly once however often it is asked for. */
export interface Act {
  readonly name: ActName;
  /** what people call it */
  readonly title: string;
  /** the kind of resource that it is done to */
  readonly doneTo: KindName;
  /**
   * whether it is for this resource, as far as the sheet and the run tell
   * @param isOurs the run itself made the resource
   * @returns null where it is; undefined where nobody would expect it; a text where it is not, and why
   */
  against(resource: Resource, isOurs: boolean): string | null | undefined;
  /** the platform does it again each time that it is told: one in doubt is looked for again after it has settled */
  readonly repeats: boolean;
  /** Looks whether it is due. */
  look(task: ActTask): Promise<Verdict>;
  /** Does it. @returns how it is afterwards, as far as results and lists tell it */
  send(task: ActTask, before: JsonObject, options: ActSending): Promise<JsonObject>;
  /** how undo takes it back; null where that cannot be, in the words that undo tells */
  readonly takeBack:
    | ((task: ActTask, before: JsonObject) => Promise<TakenBack>)
    | { readonly cannot: string };
}

/** What writes the intent down, once the call is next in turn. */
export interface ActSending {
  readonly ready: () => Promise<void>;
}

import type { RowValues } from '../records/columns.js';
import type { CompleteValues } from '../records/complete.js';
import type { AccountType, Product } from '../records/products.js';

/** The kinds of resources, in the order in which the guide makes them. `resources/kinds.ts` says what each is. */
export const KIND_NAMES = [
  'account',
  'user',
  'portOrder',
  'number',
  'businessLine',
  'voicemailBox',
  'callHandling',
  'portAssignment',
  'huntGroup',
  'huntFailover',
  'sipTrunk',
  'reference',
  'e911Correction',
  'userSettings',
  'userVoicemail',
  'callingPlan',
  'device',
] as const;
export type KindName = (typeof KIND_NAMES)[number];

/**
 * What is done to a resource after the run, when a person asks for it, in the order in which it is done: the acts of
 * `cutover` and `welcome`. `resources/acts` says what each is.
 */
export const ACT_NAMES = ['release', 'move', 'goLive', 'trigger', 'welcomeMail'] as const;
export type ActName = (typeof ACT_NAMES)[number];

/** What one resource needs of others: the part they play for it. */
export type Role =
  | 'account'
  | 'owner'
  | 'number'
  /** the port order that brings a number */
  | 'portOrder'
  /** a number that another row of the same account brings, and that this resource names */
  | 'namedNumber1'
  | 'namedNumber2'
  /** what the row's number rings, once that is set */
  | 'reference'
  | 'voicemailBox'
  | MemberRole;

/** A line that another row of the same account brings, and that a hunt group rings: the first is `member0`. */
type MemberRole = `member${number}`;

/** The keys of what one resource needs, by the part that each plays for it. */
export type Needs = Readonly<Partial<Record<Exclude<Role, MemberRole>, string>>> &
  Readonly<Record<MemberRole, string>>;

/** One thing that must exist on the platform. Two rows that name the same thing plan the same key. */
export interface Resource {
  readonly kind: KindName;
  /** natural key, such as `account:SP-123` or `user:SP-123/4000`; built by `plan/keys.ts` */
  readonly key: string;
  readonly needs: Needs;
  readonly product: Product;
  /** the type of the account that it is or belongs to */
  readonly accountType: AccountType;
  readonly values: CompleteValues;
  /** what the sheet itself says of it, without defaults: what one that was there before is compared with */
  readonly given: RowValues;
  /** of a port order, the numbers of all its rows in input order; undefined for all else */
  readonly numbers?: readonly string[];
  /** of a number that is ported: its E911 address is another than that of its order, so that it is set afterwards */
  readonly hasOwnE911?: true;
}

/** What a row needs to know of its port order. */
export interface RowPortOrder {
  /** the numbers of all its rows, in input order */
  readonly numbers: readonly string[];
  /** the row's E911 address is another than that of the order, which is its first row's */
  readonly hasOwnE911: boolean;
}

/** What one row wants, each resource after those it needs. */
export interface RowPlan {
  readonly resources: readonly Resource[];
  /** the keys that other rows bring, with the ordinals of those rows */
  readonly elsewhere: ReadonlyMap<string, number>;
}

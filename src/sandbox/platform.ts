import { type Answer, type Json, Refusal } from './answers.js';
import type { Inventory } from './inventory.js';
import type { Sessions } from './sessions.js';
import type { Account, PlatformState } from './state.js';

/** What handlers work on. */
export interface Platform {
  readonly state: PlatformState;
  readonly inventory: Inventory;
  readonly sessions: Sessions;
  readonly partitionId: string;
  readonly subPartitionIds: readonly string[];
}

/** One request, matched to its operation and authorised. */
export interface Call {
  readonly platform: Platform;
  /** the parts of the path in braces, decoded */
  readonly params: { readonly [name: string]: string };
  readonly query: URLSearchParams;
  readonly body: Json | undefined;
  /** empty where the operation needs no token */
  readonly token: string;
}

export type Handler = (call: Call) => Answer;

/** A partition that exists, but that the login may not use: 403, where an unknown one is 404. */
export const FORBIDDEN_PARTITION = 'forbidden-partition';

/** @returns a part of the path; the route has it */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** @returns the JSON object of the request. @throws Refusal 400 without one */
export function bodyOf(call: Call): Json {
  if (call.body === undefined) throw new Refusal(400, 'Request body is missing');
  return call.body;
}

/** @returns the account of the path, in the partition of the path. @throws Refusal 404 */
export function accountOf(call: Call): Account {
  const id = param(call, 'accountId');
  const account = call.platform.state.accounts.get(id);
  if (account === undefined || account.partitionId !== param(call, 'partitionId'))
    throw new Refusal(404, `Account ${id} not found`);
  return account;
}

/** @returns the row of that id on the account. @throws Refusal 404 naming the kind of thing */
export function rowOf<T extends { readonly accountId: string }>(
  row: T | undefined,
  account: Account,
  what: string,
): T {
  if (row?.accountId === account.id) return row;
  throw new Refusal(404, `${what} not found`);
}

/** @throws Refusal 400 when the body names another partition or account than the path */
export function requireSameOwner(call: Call, body: Json): void {
  for (const field of ['partitionId', 'accountId']) {
    const inPath = call.params[field];
    const inBody = body[field] ?? undefined;
    if (inPath !== undefined && inBody !== undefined && inBody !== inPath)
      throw new Refusal(400, `${field}: does not match the path`);
  }
}

/** @throws Refusal 400 while a number of the account still routes calls to the object */
export function requireUnreferenced(call: Call, account: Account, id: string, what: string): void {
  const number = call.platform.state.numbers.of(account.id).find((row) => row.referenceId === id);
  if (number !== undefined)
    throw new Refusal(400, `${what} is still referenced by telephone number ${number.phoneNumber}`);
}

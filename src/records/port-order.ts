import { comparable } from './across/keys.js';
import type { RowValues } from './columns.js';

/** The order of rows of which nobody can tell which they are of: any order of their account may lack them. */
export const UNTOLD_ORDER = '?';

/** Whether a row ports its number. */
export function isPort({ numberSource }: RowValues): boolean {
  return numberSource === 'PORT';
}

/**
 * What the port order of a row that ports a number is called in its account: what its `portOrder` says, else its
 * billing number, which for a row without one is its own number.
 */
export function portOrderOf({ portOrder, billingTelephoneNumber, phoneNumber }: RowValues): string {
  return portOrder ?? billingTelephoneNumber ?? phoneNumber ?? UNTOLD_ORDER;
}

/** An order's name among those of all accounts: rows with the same are one order. */
export function portGroup(accountNumber: string, order: string): string {
  return JSON.stringify([comparable(accountNumber), comparable(order)]);
}

/** The day that it is here, as ISO text. */
export function today(now = new Date()): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

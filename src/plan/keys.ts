import type { ActName, KindName } from './resource.js';

/**
 * The natural keys of resources: the only place that builds and takes apart a key. A key names the kind and, behind the
 * colon, the parts of the name, each made unambiguous, with `/` between them; `#n` at the end counts the numbers that
 * are searched for one owner.
 */
export const keyOf = {
  account: (accountNumber: string) => named('account', accountNumber),
  /** @param extension undefined for the one user of a Home Phone account */
  user: (accountNumber: string, extension: string | undefined) =>
    extension === undefined ? named('user', accountNumber) : named('user', accountNumber, extension),
  businessLine: (accountNumber: string, lineName: string) => named('businessLine', accountNumber, lineName),
  /** A box of business lines and hunt groups: shared by the rows that name it. */
  voicemailBox: (accountNumber: string, boxName: string) => named('voicemailBox', accountNumber, boxName),
  huntGroup: (accountNumber: string, groupName: string) => named('huntGroup', accountNumber, groupName),
  /** What a hunt group does for one reason. @param group the key of the group */
  huntFailover: (group: string, reason: string) => `huntFailover:${group}/${reason}`,
  sipTrunk: (trunkName: string) => named('sipTrunk', trunkName),
  device: (macAddress: string, lineNumber: number) => named('device', macAddress, String(lineNumber)),
  /** @param order what the account's rows call it: its name, or its billing number */
  portOrder: (accountNumber: string, order: string) => named('port', accountNumber, order),
  /** A number that the sheet names. */
  number: (phoneNumber: string) => named('number', phoneNumber),
  /** A number that a search will find: named by whom it is for. @param nth 1 for the owner's first */
  searchedNumber: (owner: string, nth: number) => `number:${owner}${nth > 1 ? `#${nth}` : ''}`,
  /** What a number rings that no row brings, as its row names it; of one that rings nothing the account alone. */
  target: (accountNumber: string, ...name: readonly string[]) =>
    `target:${[accountNumber, ...name].map(unambiguous).join('/')}`,
  /** What is set on a resource or done to it, or hangs on it and has no name of its own. */
  of: (kind: KindName | ActName | 'reservation', base: string) => `${kind}:${base}`,
} as const;

/** The kind of resource that a key names; of a port order, `port`. */
export function kindOf(key: string): string {
  return key.slice(0, key.indexOf(':'));
}

/** The key that a key of {@link keyOf}'s `of` was made for: `number:18015550100` of `reference:number:18015550100`. */
export function baseOf(key: string): string {
  const base = key.slice(key.indexOf(':') + 1);
  return kindOf(key) === 'huntFailover' ? base.slice(0, base.lastIndexOf('/')) : base;
}

/** The reason that a key of {@link keyOf}'s `huntFailover` ends with. */
export function reasonOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Which number of its owner a key of {@link keyOf}'s `searchedNumber` means: 1 for the first. */
export function nthOf(key: string): number {
  return Number(/#(\d+)$/.exec(key)?.[1] ?? 1);
}

/** The same owner's searched number of another count. */
export function withNth(key: string, nth: number): string {
  return key.replace(/#\d+$/, '') + (nth > 1 ? `#${nth}` : '');
}

/**
 * A name as the platform may keep it: composed, with single blanks. Two names that differ in nothing else are one; letter
 * case counts.
 */
export function plainName(name: string): string {
  return PLAIN.test(name) ? name : name.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

const PLAIN = /^[\x21-\x7e]+$/;
const SPECIAL = /[%/#]/g;

function named(kind: KindName | 'port', ...parts: readonly string[]): string {
  return `${kind}:${parts.map(unambiguous).join('/')}`;
}

/** `/` and `#` part a key; where a name has them they are written as in a URL. */
function unambiguous(name: string): string {
  return plainName(name).replace(SPECIAL, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

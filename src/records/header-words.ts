import { distance, fold } from './cells/nearest.js';
import { COLUMN_NAMES, COLUMNS, type ColumnName } from './columns.js';

/** Words that mean the same in a header; the first stands for all of them. */
const SAME_WORDS: readonly (readonly string[])[] = [
  ['account', 'acct', 'accnt', 'acc', 'cust', 'customer', 'client', 'subscriber'],
  ['number', 'num', 'no', 'nr', 'nbr', 'id', 'code', '#'],
  ['name', 'nm'],
  ['phone', 'telephone', 'tel', 'tn', 'did', 'ph'],
  ['extension', 'ext', 'extn', 'xtn'],
  ['email', 'mail'],
  ['address', 'addr', 'street'],
  ['city', 'town'],
  ['state', 'province', 'prov'],
  ['postal', 'zip', 'postcode', 'zipcode'],
  ['first', 'given', 'forename'],
  ['last', 'surname', 'family'],
  ['billing', 'bill'],
  ['device', 'dev'],
  ['type', 'kind'],
  ['product', 'prod'],
  ['service', 'svc', 'serv'],
];

/** Words that say nothing of what stands in the cells below, but whose it is. */
const WHOSE = new Set([
  ...['e', 'the', 'of', 'user', 'employee', 'staff', 'service', 'site', 'location'],
  ...['install', 'installation', 'account', 'current', 'assigned'],
]);

/** Words that need another one to tell a column: there are many names, numbers and types. */
const GENERAL = new Set(['number', 'name', 'type', 'account', 'address']);

const canonical = new Map<string, string>();
for (const [word = '', ...others] of SAME_WORDS) for (const each of others) canonical.set(each, word);

/** The words of a header: `CustID` and `cust. id` are both account, number. */
function wordsOf(header: string): Set<string> {
  const spaced = header
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .replace(/([#\d]+)/g, ' $1 ')
    .replace(/[^\p{L}\p{N}#]+/gu, ' ')
    .trim();
  const words = spaced.split(' ').map((word) => {
    const one = /[^su]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
    return canonical.get(one) ?? one;
  });
  return new Set(words.filter((word) => word !== ''));
}

interface Name {
  readonly column: ColumnName;
  readonly folded: string;
  readonly words: ReadonlySet<string>;
}

let names: readonly Name[] | null = null;

/** The names of all columns, then their synonyms; made when the first unknown header comes. */
function allNames(): readonly Name[] {
  const named = (column: ColumnName, name: string): Name => ({
    column,
    folded: fold(name),
    words: wordsOf(name),
  });
  names ??= [
    ...COLUMN_NAMES.map((column) => named(column, column)),
    ...COLUMN_NAMES.flatMap((column) => COLUMNS[column].synonyms.map((synonym) => named(column, synonym))),
  ];
  return names;
}

/** Whether each word of one header is one of the other, or the beginning of one where there are several words. */
function sameWords(header: ReadonlySet<string>, name: ReadonlySet<string>): boolean {
  if (header.size !== name.size) return false;
  const least = header.size === 1 ? 5 : 3;
  return [...header].every(
    (word) => name.has(word) || (word.length >= least && [...name].some((whole) => whole.startsWith(word))),
  );
}

/** Right spellings of something else, one letter from a name of a column. */
const OTHER_THINGS = new Set(['county', 'counties']);

/** Whether a header is a name of a column with few letters wrong: about one of five. Digits are never misspelt. */
function isMisspelt(folded: string, name: string): boolean {
  if (OTHER_THINGS.has(folded) || name.includes('#')) return false;
  if (folded.replace(/\D/g, '') !== name.replace(/\D/g, '')) return false;
  const limit = Math.floor((folded.length - 1) / 4);
  return limit > 0 && distance(folded, name, limit) <= limit;
}

/** The column of which a header is a misspelt name; null when it is none. */
export function columnMisspelt(header: string): ColumnName | null {
  const folded = fold(header);
  return allNames().find((name) => isMisspelt(folded, name.folded))?.column ?? null;
}

/**
 * The columns that a header may mean, the most likely first: those of whose names it has the words, in whatever form,
 * or is a misspelling. A header that only looks like a name (`Status` and state, `Port Date` and port) means none.
 */
export function columnsNear(header: string): ColumnName[] {
  const words = wordsOf(header);
  const bare = new Set([...words].filter((word) => !WHOSE.has(word)));
  const says = (some: ReadonlySet<string>) => some.size > 1 || [...some].some((word) => !GENERAL.has(word));
  const folded = fold(header);
  const found = new Set<ColumnName>();
  const add = (isNear: (name: Name) => boolean) => {
    for (const name of allNames()) if (isNear(name)) found.add(name.column);
  };
  if (says(words)) add((name) => sameWords(words, name.words));
  add((name) => isMisspelt(folded, name.folded));
  if (bare.size < words.size && says(bare)) add((name) => sameWords(bare, name.words));
  return [...found];
}

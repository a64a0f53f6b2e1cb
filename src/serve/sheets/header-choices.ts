import { fold } from '../../records/cells/nearest.js';
import { COLUMN_NAMES, type ColumnName } from '../../records/columns.js';
import { describeHeaders, type HeaderNames } from '../../records/headers.js';
import type { Profile } from '../../records/profile.js';
import type { TableLook } from '../../run/look-at-sheet.js';

/** What somebody says that a header is: a column's name, or '' for one that is not used. */
export interface HeaderChoice {
  readonly table: number;
  readonly index: number;
  readonly column: string;
}

/** A choice that cannot be, and why. */
export interface WrongChoice {
  readonly message: string;
}

/** The column that a text names: by its name or a synonym; null where it names none. */
export function columnNamed(text: string): ColumnName | null {
  return describeHeaders({ header: [text.trim()] })[0]?.column ?? null;
}

/** What to say of a text that names no column. */
export function noColumn(text: string): string {
  const near = describeHeaders({ header: [text.trim()] })[0]?.nearest ?? null;
  return `There is no column "${text}"${near === null ? '' : `; did you mean ${near}?`}`;
}

/**
 * A profile that says of headers what somebody chose; what their names say by themselves is not in it.
 * @returns the profile, and the choices that name no column, by `table.index`
 */
export function withHeaders(
  profile: Profile,
  tables: readonly TableLook[],
  choices: readonly HeaderChoice[],
): { readonly profile: Profile; readonly wrong: ReadonlyMap<string, WrongChoice> } {
  let { headers, sheets } = profile;
  const wrong = new Map<string, WrongChoice>();
  for (const { table, index, column } of choices) {
    const sheet = tables[table]?.sheet ?? null;
    const match = tables[table]?.headers[index];
    if (!match || match.how === 'result' || match.header.trim() === '') continue;
    const chosen = column.trim() === '' ? null : columnNamed(column);
    if (column.trim() !== '' && chosen === null)
      wrong.set(`${table}.${index}`, { message: noColumn(column) });
    else if (chosen !== match.column) {
      const name = Object.keys(sheets).find((each) => sheet !== null && fold(each) === fold(sheet));
      const own = name === undefined ? null : (sheets[name] ?? null);
      // what is said of one worksheet comes before what is said of all, so that it is changed there
      if (name !== undefined && own?.headers && keyIn(own.headers, match.header) !== undefined)
        sheets = {
          ...sheets,
          [name]: { ...own, headers: withHeader(own.headers, match.header, chosen, false) },
        };
      else headers = withHeader(headers, match.header, chosen, true);
    }
  }
  return { profile: { ...profile, headers, sheets }, wrong };
}

function keyIn(headers: HeaderNames, header: string): string | undefined {
  return Object.keys(headers).find((key) => fold(key) === fold(header));
}

function withHeader(
  headers: HeaderNames,
  header: string,
  column: ColumnName | null,
  bySelf: boolean,
): HeaderNames {
  const before = keyIn(headers, header);
  const rest = Object.fromEntries(Object.entries(headers).filter(([key]) => key !== before));
  const [natural] = describeHeaders({ header: [header] });
  if (bySelf && natural !== undefined && natural.column === column && column !== null) return rest;
  return { ...rest, [header]: column };
}

/** Whether a profile is made for sheets like this: most of its headers are here, and it says something of one. */
export function fits({ headers }: Pick<Profile, 'headers'>, tables: readonly TableLook[]): boolean {
  const here = new Set(tables.flatMap((table) => table.headers.map(({ header }) => fold(header))));
  const names = Object.keys(headers);
  const found = names.filter((name) => here.has(fold(name))).length;
  return found > 0 && found >= MOST * names.length;
}

const MOST = 0.8;

/** The columns that several headers of one table stand for, each with those headers. */
export function ambiguous({ headers }: TableLook): Map<ColumnName, string[]> {
  const byColumn = new Map<ColumnName, string[]>();
  for (const { column, header } of headers)
    if (column !== null) byColumn.set(column, [...(byColumn.get(column) ?? []), header]);
  return new Map([...byColumn].filter(([, all]) => all.length > 1));
}

/** All columns, for lists to choose from. */
export const ALL_COLUMNS: readonly ColumnName[] = COLUMN_NAMES;

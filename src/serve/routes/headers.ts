import { readFileSync } from 'node:fs';
import type { ColumnName } from '../../records/columns.js';
import type { Profile } from '../../records/profile.js';
import { type Html, html } from '../../results/html.js';
import type { TableLook } from '../../run/look-at-sheet.js';
import { headersPage } from '../pages/headers.js';
import { unreadablePage } from '../pages/sheets.js';
import type { Action } from '../records.js';
import { type Answer, type Ask, askerOf, Refused, type Route } from '../route.js';
import type { Served } from '../served.js';
import {
  columnNamed,
  fits,
  type HeaderChoice,
  noColumn,
  type WrongChoice,
  withHeaders,
} from '../sheets/header-choices.js';
import type { Look } from '../sheets/looks.js';
import { profileOf, setProfile } from '../sheets/profile.js';
import type { Sheet } from '../sheets/sheets.js';
import { viewOf } from '../sheets/view.js';

/** What the last thing that was done came to, by a word of the address. */
const DONE: Readonly<Record<string, string>> = {
  saved: 'Saved. The sheet is checked again.',
  same: 'Nothing was changed.',
  kept: 'The profile is kept under its name.',
  used: 'The sheet is read with that profile now, and is checked again.',
};

type Fields = Readonly<Record<string, string>>;

/** How headers are understood, and the profile that says it. */
export function headerRoutes(served: Served): Route[] {
  const { records, sheets, profiles } = served;

  function audit(ask: Ask, action: Action, object: string): void {
    records.audit({ ...askerOf(ask), action, object, result: 'done' });
  }

  async function page(
    ask: Ask,
    sheet: Sheet,
    wrong: ReadonlyMap<string, WrongChoice> = new Map(),
    sent: Fields = {},
  ): Promise<Answer> {
    const view = viewOf(served, ask, sheet);
    const frame = { title: `Headers of ${sheet.name}`, part: '/sheets', scripts: ['sheet'] } as const;
    const look = await sheets.looks.of(sheet);
    if ('error' in look && look.likely === undefined)
      return { page: frame, content: unreadablePage({ ...view, look }, look, 'headers') };
    const tables = tablesIn(look);
    const profile = await profileOf(sheet);
    const missing = view.check === null ? [] : await missingColumns(view.check);
    const named = await Promise.all(
      profiles.names().map(async (name) => {
        const own = await profiles.load(name).catch(() => null);
        return { name, used: usesOf(name), fits: own !== null && !isIn(own, profile) && fits(own, tables) };
      }),
    );
    const done = DONE[ask.query('done')];
    const note: Html =
      done === undefined
        ? html``
        : html`<p class="card note" role="status" tabindex="-1" autofocus>${done}</p>`;
    return {
      ...(wrong.size > 0 ? { status: 400 } : {}),
      page: frame,
      content: headersPage({ ...view, look, tables, profile, missing, named, wrong, sent }, note),
    };
  }

  async function missingColumns(check: NonNullable<ReturnType<Served['sheets']['checkOf']>>) {
    const causes = await sheets.causes.of(check);
    const found = causes
      .filter(({ group }) => group.code === 'MISSING_COLUMN')
      .flatMap(({ values }) => values.flatMap(({ column }) => column ?? []));
    return [...new Set<ColumnName>(found)];
  }

  /** Sheets that are read with exactly a named profile. */
  function usesOf(name: string): number {
    const text = profiles.text(name);
    return sheets.list().filter(({ profile }) => profile !== null && readFileSync(profile, 'utf8') === text)
      .length;
  }

  async function save(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const fields = await ask.fields();
    const look = await sheets.looks.of(sheet);
    if ('error' in look && look.likely === undefined)
      throw new Refused(422, look.error.code, look.error.message, look.error.hint);
    const tables = tablesIn(look);
    const before = await profileOf(sheet);
    const { profile: headed, wrong } = withHeaders(before, tables, choicesIn(fields));
    const given = defaultsIn(fields);
    const all = new Map([...wrong, ...given.wrong]);
    if (all.size > 0) return page(ask, sheet, all, fields);
    const left = tables[Number(fields['ignore'] ?? '-1')]?.headers ?? [];
    const unknown = left.filter(
      ({ how, header }) => how === 'unknown' && columnOf(fields, header, left) === '',
    );
    const ignored = Object.fromEntries(unknown.map(({ header }) => [header, null]));
    const profile: Profile = {
      ...headed,
      headers: { ...headed.headers, ...ignored },
      defaults: given.defaults,
    };
    if (JSON.stringify(profile) === JSON.stringify(before)) {
      // what was sent is of an older state all the same
      await sheets.change(sheet, fields['revision'] ?? '', async () => {});
      return { see: `/sheets/${sheet.id}/headers?done=same` };
    }
    await setProfile(sheets, sheet, profile, fields['revision'] ?? '');
    audit(ask, 'change profile', sheet.id);
    return { see: `/sheets/${sheet.id}/headers?done=saved` };
  }

  async function put(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const { revision, profile } = Object(await ask.json()) as { revision?: unknown; profile?: unknown };
    if (typeof revision !== 'string' || typeof profile !== 'object' || profile === null)
      throw new Refused(400, 'BODY', 'The body has no revision and profile.', 'Send { revision, profile }.');
    const now = await setProfile(sheets, sheet, profile as Partial<Profile>, revision);
    audit(ask, 'change profile', sheet.id);
    return { json: { revision: now } };
  }

  async function keepNamed(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const { name = '', replace } = await ask.fields();
    await profiles.save(name, await profileOf(sheet), replace === 'yes');
    audit(ask, 'change profile', `profiles/${name}`);
    return { see: `/sheets/${sheet.id}/headers?done=kept` };
  }

  async function useNamed(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const { name = '', revision = '' } = await ask.fields();
    await setProfile(sheets, sheet, await profiles.load(name), revision);
    audit(ask, 'change profile', sheet.id);
    return { see: `/sheets/${sheet.id}/headers?done=used` };
  }

  return [
    {
      ...{ method: 'GET', path: '/sheets/:id/headers', role: 'view' },
      answer: (ask) => page(ask, sheets.get(ask.param('id'))),
    },
    { ...{ method: 'POST', path: '/sheets/:id/headers', role: 'run' }, answer: save },
    {
      ...{ method: 'GET', path: '/sheets/:id/profile', role: 'view' },
      answer: async (ask) => {
        const sheet = sheets.get(ask.param('id'));
        return { json: { revision: sheets.revisionOf(sheet), profile: await profileOf(sheet) } };
      },
    },
    { ...{ method: 'PUT', path: '/sheets/:id/profile', role: 'run' }, answer: put },
    { ...{ method: 'POST', path: '/sheets/:id/profile/save', role: 'run' }, answer: keepNamed },
    { ...{ method: 'POST', path: '/sheets/:id/profile/use', role: 'run' }, answer: useNamed },
  ];
}

/** The tables of a sheet: as they are read, or as they would be if their headers were known. */
function tablesIn(look: Look): readonly TableLook[] {
  return ('error' in look ? look.likely : look.tables) ?? [];
}

/** Whether a profile says of headers all that another one does. */
function isIn({ headers }: Profile, other: Profile): boolean {
  return Object.entries(headers).every(([header, column]) => other.headers[header] === column);
}

function choicesIn(fields: Fields): HeaderChoice[] {
  return Object.entries(fields).flatMap(([name, column]) => {
    const [, table, index] = /^column\.(\d+)\.(\d+)$/.exec(name) ?? [];
    return table === undefined ? [] : [{ table: Number(table), index: Number(index), column }];
  });
}

/** What was chosen for a header of the table that is to lose what is not known. */
function columnOf(
  fields: Fields,
  header: string,
  headers: readonly { readonly header: string; readonly index: number }[],
): string {
  const index = headers.find((each) => each.header === header)?.index;
  return (fields[`column.${fields['ignore']}.${index}`] ?? '').trim();
}

function defaultsIn(fields: Fields): {
  readonly defaults: Profile['defaults'];
  readonly wrong: ReadonlyMap<string, WrongChoice>;
} {
  const defaults: Profile['defaults'] = {};
  const wrong = new Map<string, WrongChoice>();
  for (const [name, text] of Object.entries(fields)) {
    const [, at] = /^default\.(\d+)\.column$/.exec(name) ?? [];
    if (at === undefined || text.trim() === '') continue;
    const column = columnNamed(text);
    const value = fields[`default.${at}.text`] ?? '';
    if (column === null) wrong.set(`default.${at}`, { message: noColumn(text) });
    else if (value !== '') defaults[column] = value;
  }
  return { defaults, wrong };
}

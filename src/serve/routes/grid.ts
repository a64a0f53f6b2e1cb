import { z } from 'zod';
import { trimCell } from '../../sheet/cell-text.js';
import type { GridFilter, GridSource } from '../grid/check-rows.js';
import { Copies } from '../grid/copies.js';
import { Grid, type GridQuery, placeOf, type Wanted } from '../grid/grid.js';
import { rowPage, rowsPage } from '../pages/rows.js';
import { mayDo } from '../roles.js';
import { type Answer, type Ask, askerOf, notFound, Refused, type Route, sessionOf } from '../route.js';
import { attachment, DOWNLOADS } from '../runs.js';
import type { Served } from '../served.js';
import type { Sheet } from '../sheets/sheets.js';
import { viewOf } from '../sheets/view.js';

const MOST_ROWS = 200;
const PAGE_ROWS = 100;
const MOST_EDITS = 1000;
/** Bytes of a request with edits. */
const MAX_BODY = 2_000_000;
const MAX_PLACES = 2000;

/** What the last thing that was done came to, by a word of the address. */
const DONE: Readonly<Record<string, string>> = {
  used: 'Used in all of them, and kept in the profile. The sheet is checked again.',
};

const place = { sheet: z.string().nullable(), row: z.int().positive() };
const text = z.string().max(32_767);
const changes = z.object({
  revision: z.string(),
  edits: z
    .array(
      z.union([
        z.strictObject({ ...place, header: text, was: text, text }),
        z.strictObject({ ...place, omit: z.literal(true) }),
      ]),
    )
    .min(1)
    .max(MOST_EDITS),
});

/** The rows of a sheet, the edits of its cells, and its corrected copy. */
export function gridRoutes(served: Served): Route[] {
  const { records, sheets } = served;
  const grid = new Grid(sheets);
  const copies = new Copies(sheets.list());

  const sheetOf = (ask: Ask): Sheet => sheets.get(ask.param('id'));
  const audit = (ask: Ask, action: 'edit' | 'undo edit' | 'download', object: string) => {
    const told = object.length > MAX_PLACES ? `${object.slice(0, MAX_PLACES)}…` : object;
    records.audit({ ...askerOf(ask), action, object: told, result: 'done' });
  };

  async function rows(ask: Ask): Promise<Answer> {
    const sheet = sheetOf(ask);
    const asked = queryOf(ask);
    const from = numberIn(ask.query('from'), 0);
    if (!ask.wantsPage) return windowOf(ask, sheet, asked, from);
    const view = viewOf(served, ask, sheet);
    if (view.check === null)
      return { page: { title: `${sheet.name}: rows`, part: '/sheets' }, content: rowsPage(view, null) };
    const { rows: checked } = await grid.check(sheet);
    const query =
      asked.source > 0 ? asked : { ...asked, source: firstWith(checked.sources, asked.filter)?.id ?? 0 };
    const jump = numberIn(ask.query('row'), 0);
    const start = jump > 0 ? ((await grid.indexOfRow(sheet, query, jump)) ?? 0) : from;
    const first = Math.floor(start / PAGE_ROWS) * PAGE_ROWS;
    const shown = await grid.window(sheet, query, first, PAGE_ROWS);
    const edits = await grid.listed(sheet);
    const source = checked.sources.find(({ id }) => id === query.source) ?? checked.sources[0] ?? null;
    return {
      page: { title: `${sheet.name}: rows`, part: '/sheets', scripts: ['grid'] },
      content: rowsPage(view, {
        ...{ query, from: first, size: PAGE_ROWS, sources: checked.sources, source, shown, edits },
        maySeeSecrets: mayDo(sessionOf(ask).role, 'production'),
      }),
    };
  }

  async function windowOf(ask: Ask, sheet: Sheet, query: GridQuery, from: number): Promise<Answer> {
    const seek = ask.query('seek');
    const at = numberIn(ask.query('at'), 0);
    if (seek === 'row') return { json: { index: await grid.indexOfRow(sheet, query, at) } };
    if (seek === 'next') return { json: { index: await grid.indexOfProblem(sheet, query, at, 1) } };
    if (seek === 'previous') return { json: { index: await grid.indexOfProblem(sheet, query, at, -1) } };
    const count = Math.min(MOST_ROWS, numberIn(ask.query('count'), PAGE_ROWS));
    return { json: await grid.window(sheet, query, from, count) };
  }

  /** One row with a form for each of its cells: what needs no script. */
  async function one(ask: Ask): Promise<Answer> {
    const sheet = sheetOf(ask);
    const found = await grid.row(sheet, numberIn(ask.query('sheet'), 1), numberIn(ask.param('row'), 0));
    if (!found) throw notFound();
    const { source, row } = found;
    const edited = /^\d{1,4}$/.test(ask.query('saved'))
      ? source.columns[Number(ask.query('saved'))]
      : undefined;
    const place = edited && { sheet: source.sheet, row: row.row, header: edited.header };
    const alike = place ? await grid.alike(sheet, place) : null;
    const said = place ? 'Saved. The sheet is checked again.' : (DONE[ask.query('done')] ?? null);
    return {
      page: { title: `${sheet.name}: row ${row.row}`, part: '/sheets' },
      content: rowPage(viewOf(served, ask, sheet), source, row, alike, said),
    };
  }

  async function change(ask: Ask): Promise<Answer> {
    const sheet = sheetOf(ask);
    const isForm = !(ask.header('content-type') ?? '').includes('json');
    const { revision, edits } = isForm ? await formOf(ask) : changesIn(await ask.json(MAX_BODY));
    const now = await grid.change(sheet, revision, edits, sessionOf(ask).user);
    audit(ask, 'edit', `${sheet.id}: ${edits.map(placeOf).join('; ')}`);
    const [first, ...others] = edits;
    const isCell = first !== undefined && 'header' in first && others.length === 0;
    if (!isForm) return { json: { revision: now, alike: isCell ? await grid.alike(sheet, first) : null } };
    const { sources } = (await grid.check(sheet)).rows;
    const source = sources.find((each) => each.sheet === first?.sheet);
    const at = isCell
      ? source?.columns.findIndex(({ header }) => header === trimCell(first.header))
      : undefined;
    return {
      see: `/sheets/${sheet.id}/rows/${first?.row}?sheet=${source?.id ?? 1}${at === undefined ? '' : `&saved=${at}`}`,
    };
  }

  async function withdraw(ask: Ask, revision: string): Promise<string> {
    const sheet = sheetOf(ask);
    const n = numberIn(ask.param('n'), 0);
    const { revision: now, place: where } = await grid.withdraw(sheet, revision, n, sessionOf(ask).user);
    audit(ask, 'undo edit', `${sheet.id}: ${where}`);
    return now;
  }

  async function copy(ask: Ask, format: 'xlsx' | 'csv'): Promise<Answer> {
    const sheet = sheetOf(ask);
    const hasSecrets = ask.query('passwords') === 'shown';
    if (hasSecrets && !mayDo(sessionOf(ask).role, 'production'))
      throw new Refused(
        403,
        'ROLE',
        'A copy with passwords needs the role production.',
        'Take the copy without: passwords and PINs are masked in it.',
      );
    const written = await copies.write(sheet, format, hasSecrets, ask.signal);
    audit(ask, 'download', `${sheet.id}/corrected.${format}${hasSecrets ? ' with passwords' : ''}`);
    const name = `${sheet.name.replace(/\.(csv|tsv|txt|xls[xm]?)$/i, '')}-corrected.${format}`;
    return {
      text: written.stream,
      type: DOWNLOADS[`results.${format}`].type,
      headers: {
        'Content-Length': String(written.bytes),
        ...{ 'Content-Security-Policy': 'sandbox', 'Content-Disposition': attachment(name) },
      },
    };
  }

  return [
    { ...{ method: 'GET', path: '/sheets/:id/rows', role: 'view' }, answer: rows },
    { ...{ method: 'GET', path: '/sheets/:id/rows/:row', role: 'view' }, answer: one },
    {
      ...{ method: 'GET', path: '/sheets/:id/edits', role: 'view' },
      answer: async (ask) => {
        const sheet = sheetOf(ask);
        return { json: { revision: sheets.revisionOf(sheet), edits: await grid.listed(sheet) } };
      },
    },
    { ...{ method: 'POST', path: '/sheets/:id/edits', role: 'run' }, answer: change },
    {
      ...{ method: 'DELETE', path: '/sheets/:id/edits/:n', role: 'run' },
      answer: async (ask) => ({ json: { revision: await withdraw(ask, ask.query('revision')) } }),
    },
    {
      ...{ method: 'POST', path: '/sheets/:id/edits/:n/undo', role: 'run' },
      answer: async (ask) => {
        const { revision = '', back = '' } = await ask.fields();
        await withdraw(ask, revision);
        const path = `/sheets/${sheetOf(ask).id}/rows`;
        return { see: back.startsWith(`${path}/`) || back.startsWith(`${path}?`) ? back : path };
      },
    },
    {
      ...{ method: 'GET', path: '/sheets/:id/corrected.xlsx', role: 'view' },
      answer: (ask) => copy(ask, 'xlsx'),
    },
    {
      ...{ method: 'GET', path: '/sheets/:id/corrected.csv', role: 'view' },
      answer: (ask) => copy(ask, 'csv'),
    },
  ];
}

function queryOf(ask: Ask): GridQuery {
  const filter = ask.query('filter');
  const cause = ask.query('cause');
  const known: readonly GridFilter[] = ['errors', 'warnings', 'edited'];
  const named = known.find((each) => each === filter) ?? 'all';
  return {
    source: numberIn(ask.query('sheet'), 0),
    filter: cause !== '' && /^[A-Z0-9_]+$/.test(cause) ? `cause:${cause}` : named,
    text: ask.query('text').trim(),
  };
}

/** The first worksheet that has such rows. */
function firstWith(sources: readonly GridSource[], filter: GridFilter): GridSource | undefined {
  return sources.find(({ causes, errors, warnings }) => {
    if (filter === 'errors') return errors > 0;
    if (filter === 'warnings') return warnings > 0;
    return !filter.startsWith('cause:') || causes.some(({ code }) => filter === `cause:${code}`);
  });
}

function numberIn(text: string, otherwise: number): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

/** The edit of a form: one cell, or one row that is left out. */
async function formOf(ask: Ask): Promise<{ revision: string; edits: Wanted[] }> {
  const {
    revision = '',
    sheet = '',
    row = '',
    header = '',
    was = '',
    text: typed = '',
    omit,
  } = await ask.fields();
  const where = { sheet: sheet === '' ? null : sheet, row: numberIn(row, 0) };
  const wanted = omit === undefined ? { ...where, header, was, text: typed } : { ...where, omit: true };
  return changesIn({ revision, edits: [wanted] });
}

function changesIn(body: unknown): { revision: string; edits: Wanted[] } {
  const parsed = changes.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refused(
    400,
    'EDITS_INVALID',
    'These are no edits.',
    `Send {"revision", "edits": [{"sheet", "row", "header", "was", "text"} or {"sheet", "row", "omit": true}]}, ${MOST_EDITS} at most.`,
  );
}

import { z } from 'zod';
import { COLUMN_NAMES, type ColumnName } from '../../records/columns.js';
import type { Job } from '../jobs/jobs.js';
import { type ProblemsView, problemsPage } from '../pages/problems.js';
import { unreadablePage } from '../pages/sheets.js';
import { type Answer, type Ask, askerOf, Refused, type Route } from '../route.js';
import type { Served } from '../served.js';
import { profileOf, setProfile } from '../sheets/profile.js';
import type { Sheet } from '../sheets/sheets.js';
import { type UsedInstead, unusable, usedFor, withoutLine, withUsed } from '../sheets/used-instead.js';
import { viewOf } from '../sheets/view.js';

/** What the last thing that was done came to, by a word of the address. */
const DONE: Readonly<Record<string, string>> = {
  saved: 'Saved. The sheet is checked again.',
  same: 'Nothing was typed; nothing is changed.',
  removed: 'Taken back. The sheet is checked again.',
};

type Fields = Readonly<Record<string, string>>;

/** Exit codes of a check that came to its end: every row is valid, or some are not. */
const CAME_TO_ITS_END = [0, 1];

/** What is wrong with a sheet, by cause, and putting it right by value. */
export function problemRoutes(served: Served): Route[] {
  const { jobs, records, sheets } = served;

  async function page(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const view = viewOf(served, ask, sheet);
    const frame = { title: `Problems of ${sheet.name}`, part: '/sheets', scripts: ['sheet'] } as const;
    const look = await sheets.looks.of(sheet);
    if ('error' in look) return { page: frame, content: unreadablePage({ ...view, look }, look, 'problems') };
    const causes = view.check === null ? [] : await sheets.causes.of(view.check);
    const sent = ask.sent();
    const isRefused = Object.keys(sent).length > 0;
    const told: ProblemsView = {
      ...{ ...view, look, tables: look.tables, causes, sent },
      ...{ cause: ask.query('cause'), next: ask.query('next'), filled: ask.query('filled') },
      ...{ done: isRefused ? null : (DONE[ask.query('done')] ?? null), profile: await profileOf(sheet) },
      ...checkStateOf(sheet, view.revision),
    };
    return { page: frame, content: problemsPage(told) };
  }

  /** What is being done, or could not be, to know more of a sheet as it is now. */
  function checkStateOf({ id }: Sheet, revision: string): Pick<ProblemsView, 'checking' | 'failed'> {
    const [last] = jobs.of({ sheet: id }).filter((job) => job.kind === 'check' && job.revision === revision);
    if (!last) return { checking: null, failed: null };
    if (last.endedAt === null)
      return {
        checking: { waits: last.state === 'queued', done: last.read },
        failed: null,
      };
    const isDone = last.exit !== null && CAME_TO_ITS_END.includes(last.exit);
    return { checking: null, failed: isDone || last.stoppedBy !== null ? null : failureOf(last) };
  }

  function failureOf(job: Job): { readonly message: string; readonly hint: string } {
    if (job.error !== null) return job.error;
    const lines = jobs.lastLinesOf(job);
    return { message: lines.join(' ') || 'Its process ended without a word.', hint: 'Check it again.' };
  }

  /** Takes what was typed beside the values of a cause into the profile. */
  async function use(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const fields = await ask.fields();
    const lines = linesIn(fields);
    const { next = '', cause = '' } = fields;
    const to = (done: string) =>
      `/sheets/${sheet.id}/problems?${new URLSearchParams({ ...(cause === '' ? {} : { cause }), done, next })}`;
    if (lines.length === 0) return { see: to('same') };
    lines.forEach(refuseUnusable);
    await useAll(sheet, lines);
    audit(ask, sheet);
    return { see: to('saved') };
  }

  /**
   * Lines of a profile are what they were whatever else of the sheet has changed: only what somebody else has said of the
   * same text meanwhile is not written over.
   */
  async function useAll({ id }: Sheet, lines: readonly SeenLine[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      const sheet = sheets.get(id);
      const revision = sheets.revisionOf(sheet);
      let profile = await profileOf(sheet);
      for (const line of lines) {
        const said = usedFor(profile, line.column, line.text);
        if (said !== line.said && said !== line.use) throw saidMeanwhile(line, said, revision);
        profile = withUsed(profile, line);
      }
      try {
        await setProfile(sheets, sheet, profile, revision);
        return;
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'CHANGED' || tries === MOST_TRIES) throw error;
      }
    }
  }

  /** Uses in all rows what somebody has typed in one. */
  async function useFurther(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const {
      revision = '',
      column = '',
      text = '',
      use: typed = '',
      row = '',
      source = '',
    } = await ask.fields();
    if (!isColumn(column) || text.trim() === '')
      throw new Refused(
        400,
        'NO_TEXT',
        'This is no text of a column.',
        'Send { revision, column, text, use }.',
      );
    const line = { column, text: text.trim(), use: typed.trim() };
    refuseUnusable(line);
    const now = await setProfile(sheets, sheet, withUsed(await profileOf(sheet), line), revision);
    audit(ask, sheet);
    if (!ask.wantsPage) return { json: { revision: now } };
    const back = /^\d{1,9}$/.test(row) && /^\d{1,9}$/.test(source) ? `/${row}?sheet=${source}&done=used` : '';
    return { see: `/sheets/${sheet.id}/rows${back}` };
  }

  async function remove(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const { revision = '', line = '' } = await ask.fields();
    await setProfile(sheets, sheet, withoutLine(await profileOf(sheet), line), revision);
    audit(ask, sheet);
    return { see: `/sheets/${sheet.id}/problems?done=removed` };
  }

  function audit(ask: Ask, { id }: Sheet): void {
    records.audit({ ...askerOf(ask), action: 'change profile', object: id, result: 'done' });
  }

  async function causes(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const check = sheets.checkOf(sheet);
    if (check === null) return { json: { revision: sheets.revisionOf(sheet), check: null, causes: [] } };
    const { directory: _directory, ...told } = check;
    const found = await sheets.causes.of(check);
    return {
      json: {
        revision: sheets.revisionOf(sheet),
        check: told,
        causes: found.map(({ group: { hits: _hits, ...group }, values, further, places }) => ({
          ...group,
          ...{ values, further, places },
        })),
      },
    };
  }

  return [
    {
      ...{ method: 'GET', path: '/sheets/:id/problems', role: 'view' },
      answer: page,
    },
    { ...{ method: 'GET', path: '/sheets/:id/causes', role: 'view' }, answer: causes },
    { ...{ method: 'POST', path: '/sheets/:id/values', role: 'run' }, answer: use },
    { ...{ method: 'POST', path: '/sheets/:id/values/use', role: 'run' }, answer: useFurther },
    { ...{ method: 'POST', path: '/sheets/:id/values/remove', role: 'run' }, answer: remove },
  ];
}

/** What somebody wants used for a text, and what they saw used for it; null for nothing. */
interface SeenLine extends UsedInstead {
  readonly said: string | null;
}

/** How often a change of the sheet at the same moment is waited for. */
const MOST_TRIES = 5;

const columnNames: ReadonlySet<string> = new Set(COLUMN_NAMES);

function isColumn(name: string): name is ColumnName {
  return columnNames.has(name);
}

const seen = z.tuple([z.enum(COLUMN_NAMES), z.string(), z.string().nullable()]);

/** What was typed beside values: `use.N` or `blank.N`, each with what `of.N` says of the value as it was seen. */
function linesIn(fields: Fields): SeenLine[] {
  return Object.entries(fields).flatMap(([name, json]) => {
    const [, at] = /^of\.(\d{1,3})$/.exec(name) ?? [];
    if (at === undefined) return [];
    const [column, text, said] = seenIn(json);
    const isBlank = fields[`blank.${at}`] === 'yes' && text !== '';
    const use = isBlank ? '' : (fields[`use.${at}`] ?? '').trim();
    return (use === '' && !isBlank) || use === said ? [] : [{ column, text, use, said }];
  });
}

function seenIn(json: string): z.infer<typeof seen> {
  try {
    return seen.parse(JSON.parse(json));
  } catch {
    throw new Refused(400, 'NO_TEXT', 'This is no text of a column.', 'Load the page again.');
  }
}

function refuseUnusable(line: UsedInstead): void {
  const fault = unusable(line);
  if (fault === null) return;
  const { message, hint } = fault;
  throw new Refused(400, 'VALUE_INVALID', `For ${line.column}: ${message}. Nothing was saved.`, hint);
}

function saidMeanwhile({ column, text }: SeenLine, said: string | null, revision: string): Refused {
  const of = text === '' ? `blank cells of ${column}` : `"${text}" in ${column}`;
  const what =
    said === null ? 'says nothing of it now' : `uses ${said === '' ? 'blank' : `"${said}"`} instead`;
  return new Refused(
    409,
    'CHANGED',
    `Somebody else has said what is used for ${of} since you saw it: the profile ${what}.`,
    'Nothing was saved. Look at what is used now, then change it again.',
    {},
    { revision },
  );
}

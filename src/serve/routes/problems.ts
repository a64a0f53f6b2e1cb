import type { ColumnName } from '../../records/columns.js';
import type { Profile } from '../../records/profile.js';
import { type Html, html } from '../../results/html.js';
import type { Job } from '../jobs/jobs.js';
import { type ProblemsView, problemsPage } from '../pages/problems.js';
import { unreadablePage } from '../pages/sheets.js';
import { type Answer, type Ask, askerOf, Refused, type Route } from '../route.js';
import type { Served } from '../served.js';
import type { CauseValue } from '../sheets/causes.js';
import { profileOf, setProfile } from '../sheets/profile.js';
import type { Sheet } from '../sheets/sheets.js';
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
    if ('error' in look)
      return { page: frame, content: unreadablePage({ ...view, look }, look.error, 'problems') };
    const causes = view.check === null ? [] : await sheets.causes.of(view.check);
    const asked = /^\d{1,3}$/.test(ask.query('cause')) ? Number(ask.query('cause')) : null;
    const done = DONE[ask.query('done')];
    const note: Html =
      done === undefined
        ? html``
        : html`<p class="card note" role="status" tabindex="-1" autofocus>${done}</p>`;
    const told: ProblemsView = {
      ...{ ...view, look, causes },
      cause: asked !== null && asked < causes.length ? asked : null,
      ...checkStateOf(sheet, view.revision),
      profile: await profileOf(sheet),
    };
    return { page: frame, content: problemsPage(told, note) };
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

  async function use(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const fields = await ask.fields();
    const { revision = '', check: checked, cause: at = '' } = fields;
    const check = sheets.checkOf(sheet);
    if (check === null || check.revision !== checked)
      throw new Refused(
        409,
        'CHANGED',
        'The sheet was checked again since you saw it.',
        'Look at its problems as they are now.',
        {},
        { revision: sheets.revisionOf(sheet) },
      );
    const cause = (await sheets.causes.of(check))[Number(at)];
    const { uses, profile } = withValues(await profileOf(sheet), cause?.values ?? [], fields);
    const to = `/sheets/${sheet.id}/problems`;
    if (uses === 0) return { see: `${to}?done=same#cause-${Number(at)}` };
    return changed(ask, sheet, profile, revision, `${to}?done=saved`);
  }

  async function remove(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const { revision = '', line = '' } = await ask.fields();
    const profile = without(await profileOf(sheet), line);
    return changed(ask, sheet, profile, revision, `/sheets/${sheet.id}/problems?done=removed`);
  }

  async function changed(
    ask: Ask,
    sheet: Sheet,
    profile: Profile,
    revision: string,
    see: string,
  ): Promise<Answer> {
    await setProfile(sheets, sheet, profile, revision);
    records.audit({ ...askerOf(ask), action: 'change profile', object: sheet.id, result: 'done' });
    return { see };
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
        causes: found.map(({ group: { hits: _hits, ...group }, values, further }) => ({
          ...group,
          values,
          further,
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
    { ...{ method: 'POST', path: '/sheets/:id/values/remove', role: 'run' }, answer: remove },
  ];
}

/** A profile with what somebody typed beside the values of a cause. @returns also how many lines that are */
function withValues(
  profile: Profile,
  values: readonly CauseValue[],
  fields: Fields,
): { readonly uses: number; readonly profile: Profile } {
  const defaults = { ...profile.defaults };
  const translated: Record<string, Record<string, string | null>> = { ...profile.values };
  let uses = 0;
  for (const [index, { column, text, canReplace }] of values.entries()) {
    const isBlank = fields[`blank.${index}`] === 'yes';
    const typed = (fields[`use.${index}`] ?? '').trim();
    if (column === null || !canReplace || (typed === '' && !isBlank)) continue;
    uses++;
    if (text === '') defaults[column] = typed;
    else {
      // texts are matched whatever their capitals
      const others = Object.entries(translated[column] ?? {}).filter(
        ([known]) => known.toLowerCase() !== text.toLowerCase(),
      );
      translated[column] = { ...Object.fromEntries(others), [text]: isBlank ? null : typed };
    }
  }
  return { uses, profile: { ...profile, defaults, values: translated as Profile['values'] } };
}

/** A profile without one of its lines: `default <column>` or `value <column> <index>`. */
function without(profile: Profile, line: string): Profile {
  const [what, name, at] = line.split(' ');
  const column = name as ColumnName;
  if (what === 'default')
    return {
      ...profile,
      defaults: Object.fromEntries(Object.entries(profile.defaults).filter(([each]) => each !== column)),
    };
  const left = Object.entries(profile.values[column] ?? {}).filter((_, index) => String(index) !== at);
  const values = { ...profile.values, [column]: Object.fromEntries(left) };
  if (left.length === 0) delete values[column];
  return { ...profile, values };
}

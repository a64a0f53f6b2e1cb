import { type ColumnName, columnOf } from '../../records/columns.js';
import type { Profile } from '../../records/profile.js';
import { type Html, html } from '../../results/html.js';
import type { Cause, CauseValue } from '../sheets/causes.js';
import { usedFor } from '../sheets/used-instead.js';
import type { SheetView } from './sheet-tabs.js';

/** What the forms for the values of causes need to know. */
export interface ValuesView {
  /** the code of the cause that is shown alone, with all its values; '' for all causes */
  readonly cause: string;
  /** the code of the cause whose fields have in them what is probably meant; '' for none */
  readonly filled: string;
  readonly profile: Profile;
  /** what was sent and refused, by field */
  readonly sent: Readonly<Record<string, string>>;
}

/** Of what says what was done last. */
export const DONE_ID = 'done';

/** Values of a cause that are shown beside other causes. */
const VALUES_SHOWN = 10;
/** A form with more than this many characters is not taken. */
const MOST_SENT = 50_000;
const LABELS = ['Text', 'Column', 'Times', 'Use instead'];

/** What a cause is called in addresses. */
export function codeOf({ group }: Cause): string {
  return group.code ?? 'OTHER';
}

/** Whether something can be typed for one of its values, for which the profile says nothing yet. */
export function isOpenCause({ values }: Cause, profile: Profile): boolean {
  return values.slice(0, VALUES_SHOWN).some((value) => isOpen(value, profile));
}

function isOpen(value: CauseValue, profile: Profile): boolean {
  return value.canReplace && saidOf(profile, value) === null;
}

/**
 * The values of a cause, each with a field for what is used instead in all rows.
 * @param ofAll what stands for how often each is there
 * @param isNext whether its first field has the focus
 * @param next the code of the cause with which it is gone on
 */
export function valuesForm(
  view: SheetView & ValuesView,
  cause: Cause,
  ofAll: string | null,
  isNext: boolean,
  next: string,
): Html {
  const { sheet, filled, mayChange } = view;
  const { values, further } = cause;
  if (values.length === 0) return html``;
  const code = codeOf(cause);
  const isAlone = view.cause === code;
  const shown = isAlone ? fitting(values, view.profile) : values.slice(0, VALUES_SHOWN);
  const canReplace = mayChange && shown.some((each) => each.canReplace);
  const first = isNext ? shown.findIndex((each) => isOpen(each, view.profile)) : -1;
  const row = (value: CauseValue, index: number) => {
    const { text, column, count } = value;
    const cells = [
      text === '' ? html`<span class="quiet">blank</span>` : html`<span dir="auto">${text}</span>`,
      html`${column ?? ''}`,
      html`${ofAll ?? count.toLocaleString('en-US')}`,
      ...(canReplace
        ? [value.canReplace ? replacement(view, code, value, index, index === first) : html``]
        : []),
    ];
    return html`<tr>${cells.map((cell, each) => html`<td data-label="${LABELS[each] ?? ''}">${cell}</td>`)}</tr>`;
  };
  const table = html`<table class="hits"><thead><tr>${LABELS.slice(0, canReplace ? 4 : 3).map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${shown.map(row)}</tbody></table>
${more(sheet.id, code, isAlone, shown.length, values.length, further)}`;
  if (!canReplace) return table;
  const meant = shown.filter((each) => each.meant !== null && saidOf(view.profile, each) === null).length;
  const query = new URLSearchParams({ ...(isAlone ? { cause: code } : {}), filled: code });
  const fill =
    meant === 0 || filled === code
      ? ''
      : html`<a href="/sheets/${sheet.id}/problems?${query.toString()}">Fill in what is probably meant (${meant})</a>`;
  return html`<form method="post" action="/sheets/${sheet.id}/values" data-watch="Changed, not saved."><input type="hidden" name="cause" value="${isAlone ? code : ''}"><input type="hidden" name="next" value="${isAlone ? code : next}">
${table}<p class="acts"><button>Use these instead</button>${fill}<span role="status" data-watch-said></span></p></form>`;
}

function more(id: string, code: string, isAlone: boolean, shown: number, all: number, further: number): Html {
  const left = all - shown + further;
  if (left <= 0) return html``;
  if (isAlone)
    return html`<p class="more quiet">and ${left.toLocaleString('en-US')} further texts, each less frequent.</p>`;
  const what =
    further > 0 ? `The ${all} most frequent of ${(all + further).toLocaleString('en-US')}` : `All ${all}`;
  return html`<p class="more"><a href="/sheets/${id}/problems?cause=${code}">${what} texts</a></p>`;
}

function saidOf(profile: Profile, { column, text }: CauseValue): string | null {
  return column === null ? null : usedFor(profile, column, text);
}

/** What identifies a value in a form, and what was said of it when the form was shown. */
function seenOf(profile: Profile, value: CauseValue): string {
  return JSON.stringify([value.column, value.text, saidOf(profile, value)]);
}

/** As many values as a form takes. */
function fitting(values: readonly CauseValue[], profile: Profile): readonly CauseValue[] {
  let left = MOST_SENT;
  return values.filter((value) => {
    left -= 2 * encodeURIComponent(seenOf(profile, value)).length;
    return left > 0;
  });
}

function replacement(
  { profile, filled, sent }: ValuesView,
  code: string,
  value: CauseValue,
  index: number,
  hasFocus: boolean,
): Html {
  const { column, text, meant } = value;
  const of = text === '' ? `blank cells of ${column}` : `"${text}" in ${column}`;
  const said = saidOf(profile, value);
  const isSent = sentFor(sent, value);
  const use = isSent?.use ?? (said || (filled === code && said === null ? (meant ?? '') : ''));
  const isBlank = isSent?.isBlank ?? said === '';
  const key = `${code}-${column}-${encodeURIComponent(text)}`;
  const list = column !== null && columnOf(column).options !== undefined ? html` list="of-${column}"` : '';
  const about = [...(hasFocus ? [DONE_ID] : []), ...(meant === null ? [] : [`meant-${key}`])].join(' ');
  return html`<input type="hidden" name="of.${index}" value="${seenOf(profile, value)}"><div class="use"><input id="use-${key}" name="use.${index}" value="${use}" aria-label="Use instead of ${of}" autocomplete="off"${list}${about === '' ? '' : html` aria-describedby="${about}"`}${hasFocus ? html` autofocus` : ''}>${text === '' ? '' : html`<label><input type="checkbox" name="blank.${index}" value="yes"${isBlank ? html` checked` : ''} aria-label="Take ${of} for blank"> blank</label>`}${meant === null ? '' : html`<span class="quiet" id="meant-${key}">probably ${meant}</span>`}</div>`;
}

/** What was typed beside a value when that was refused; null where nothing was. */
function sentFor(sent: ValuesView['sent'], { column, text }: CauseValue) {
  for (const [name, json] of Object.entries(sent)) {
    const [, at] = /^of\.(\d+)$/.exec(name) ?? [];
    if (at === undefined || !json.startsWith(JSON.stringify([column, text]).slice(0, -1))) continue;
    return { use: sent[`use.${at}`] ?? '', isBlank: sent[`blank.${at}`] === 'yes' };
  }
  return null;
}

/** The values of a column that are to choose from. */
export function optionsOf(column: ColumnName): Html {
  const { options } = columnOf(column);
  return options === undefined
    ? html``
    : html`<datalist id="of-${column}">${options.map((option) => html`<option value="${option}"></option>`)}</datalist>`;
}

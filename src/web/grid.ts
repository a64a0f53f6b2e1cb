/** The page of rows: a grid of all of them, with what is wrong in their cells, and its keyboard. */
import { make } from './dom.js';
import { type Alike, Changes } from './grid-changes.js';
import { type Ending, type Field, openField } from './grid-field.js';
import { actOf, type Place } from './grid-keys.js';
import { listEdits } from './grid-list.js';
import { checkOf, isCurrent, type Marks, marksText, type SheetJob } from './grid-marks.js';
import { type Column, type Row, Rows } from './grid-rows.js';
import { View } from './grid-view.js';
import { showOthers } from './others.js';
import { watchTopic } from './topic.js';

/** What the sheet is now, as the stream tells. */
interface SheetNow {
  readonly revision: string;
  /** the revision that was checked last; null before the first check */
  readonly checked: string | null;
  readonly others: readonly string[];
  readonly jobs: readonly SheetJob[];
}

const HIDDEN = '(hidden)';
/** The list of changes is shown anew when nothing more is changed for so long. */
const LIST_MS = 400;

class Grid {
  readonly id: string;
  readonly #sheet: string | null;
  readonly #columns: readonly Column[];
  readonly #isEditor: boolean;
  readonly #rows: Rows;
  readonly #view: View;
  readonly #changes: Changes;
  readonly #reason = make('div', { class: 'grid-told', role: 'status', 'aria-live': 'polite', id: 'reason' });
  readonly #offered = make('div', { class: 'grid-offer', role: 'status' });
  readonly #undo = make('button', { type: 'button' }, 'Undo this change');
  readonly #leaveOut = make('button', { type: 'button' }, 'Leave this row out');
  #at: Place = { index: 0, column: -1 };
  /** bumped at each move, so that an answer that comes late moves nobody */
  #moves = 0;
  #field: Field | null = null;
  #listing: ReturnType<typeof setTimeout> | undefined;
  /** what the stream told while a cell was being changed */
  #waiting: SheetNow | null = null;
  #offer: Alike | null = null;
  #checked: string;
  #check: Marks['check'] = 'none';
  /** what was done last, before what is said of the marks; null until something is another than the page has shown */
  #said: string | null = null;

  constructor(place: HTMLElement) {
    const { sheet = '', revision = '', check = '', name = '', source = '1', columns = '[]' } = place.dataset;
    this.id = sheet;
    this.#sheet = place.dataset['hasName'] === 'yes' ? name : null;
    this.#columns = JSON.parse(columns) as Column[];
    this.#isEditor = place.dataset['editor'] === 'yes';
    this.#checked = check;
    const { searchParams } = new URL(location.href);
    const query = new URLSearchParams({ sheet: source });
    for (const key of ['filter', 'cause', 'text']) query.set(key, searchParams.get(key) ?? '');
    this.#rows = new Rows(sheet, query, Number(place.dataset['total']), {
      loaded: (first, last) => this.#loaded(first, last),
      failed: (said) => this.#say(said),
    });
    this.#changes = new Changes(sheet, revision, {
      changed: (said, alike) => this.#changed(said, alike),
      refused: (said) => this.#refused(said),
    });
    this.#view = new View(this.#columns, this.#rows, this.#isEditor);
    const changing =
      '; Enter changes a cell and takes what was typed, going on to the next problem; Escape leaves it as it was';
    const keys = `Arrows, Page, Home and End move; n and p go to the next and the previous problem${this.#isEditor ? changing : ''}. Tab leaves the table.`;
    const acts = make('div', { class: 'grid-acts' });
    if (this.#isEditor) acts.append(this.#undo, this.#leaveOut);
    const about = make('div', { class: 'card grid-about' });
    about.append(this.#reason, this.#offered, acts);
    place.append(make('p', { class: 'quiet', id: 'grid-keys' }, keys), this.#view.element, about);
    this.#undo.hidden = true;
    this.#undo.addEventListener('click', () => this.#undoHere());
    this.#leaveOut.addEventListener('click', () => this.#omitHere());
    const { element } = this.#view;
    element.addEventListener('keydown', (event) => this.#key(event));
    element.addEventListener('mousedown', (event) => {
      const cell = this.#view.placeOf(event.target as HTMLElement);
      if (cell && !this.#field?.element.contains(event.target as HTMLElement)) this.#go(cell);
    });
    element.addEventListener('dblclick', () => this.#edit());
    element.addEventListener('focus', () => this.#show());
  }

  /** Begins at a row that the address names. */
  async begin(): Promise<void> {
    const wanted = new URL(location.href).searchParams.get('row') ?? '';
    this.#view.draw();
    if (!/^\d+$/.test(wanted)) return;
    const index = await this.#rows.seek('row', Number(wanted));
    if (index === null) return this.#say(`There is no row ${wanted} among these, nor one after it.`);
    this.#view.element.focus();
    this.#go({ index, column: -1 });
  }

  /** What the stream tells. It may be older than a change of ours, so that what is new in it is asked for in turn with them. */
  hear(now: SheetNow): void {
    this.#waiting = this.#field === null ? null : now;
    if (this.#field !== null) return;
    if (now.revision === this.#changes.revision && now.checked === this.#checked) this.#know(now);
    else
      this.#changes.inTurn(async () => {
        const answer = await fetch(`/state?topic=${encodeURIComponent(`sheet:${this.id}`)}`).catch(
          () => null,
        );
        this.#know(answer?.ok ? ((await answer.json()) as SheetNow) : now);
      });
  }

  #know(now: SheetNow): void {
    if (this.#field !== null) {
      this.#waiting = now;
      return;
    }
    const { revision, checked, jobs } = now;
    const isOther = revision !== this.#changes.revision;
    const isChecked = checked !== null && checked !== this.#checked;
    this.#changes.revision = revision;
    this.#checked = checked ?? this.#checked;
    this.#check = checkOf(jobs, revision, this.#checked);
    // what was done last is news no more once it was checked
    if (isOther || isChecked) this.#said = '';
    this.#showMarks();
    if (isChecked) void this.#again();
    else if (isOther) void this.#forget();
  }

  /* --- what is shown --- */

  #loaded(first: number, last: number): void {
    this.#showTotal();
    this.#view.draw();
    const { total } = this.#rows;
    if (total === 0) {
      this.#showNone();
      return;
    }
    if (this.#at.index >= total) {
      this.#at = { ...this.#at, index: total - 1 };
      this.#view.go(this.#at);
    }
    if (first <= this.#at.index && this.#at.index <= last) this.#show();
  }

  #showTotal(): void {
    const { total } = this.#rows;
    this.#view.resize();
    const found = document.querySelector('#found');
    const said = `${total.toLocaleString('en-US')} ${total === 1 ? 'row' : 'rows'}`;
    if (found && found.textContent !== said) found.textContent = said;
  }

  #showNone(): void {
    const told = make('p', {}, 'No row is like that any more. ');
    told.append(make('a', { href: `/sheets/${this.id}/problems` }, 'What the check says'));
    this.#reason.replaceChildren(told);
    this.#undo.hidden = true;
    this.#leaveOut.hidden = true;
  }

  /** Says what is known of the active cell. */
  #show(): void {
    const { index, column } = this.#at;
    const row = this.#rows.at(index);
    if (row === null) return;
    const edit = row.edited[column];
    const lines = [make('p', { dir: 'auto' }, this.#textOf(row, column))];
    for (const { isError, message, hint, at } of row.problems)
      if (at === column)
        lines.push(
          make(
            'p',
            { class: isError ? 'told-error' : 'told-warning' },
            `${isError ? 'Error' : 'Warning'}: ${message}. ${hint}`,
          ),
        );
    const quiet = (text: string) => lines.push(make('p', { class: 'quiet' }, text));
    if (edit) quiet(`Was ${edit.was === '' ? 'blank' : edit.was}, changed by ${edit.by}.`);
    if (row.omitted) quiet(`${row.omitted.by} has left this row out.`);
    this.#reason.replaceChildren(...lines);
    this.#undo.hidden = edit === undefined && row.omitted === null;
    this.#leaveOut.hidden = row.omitted !== null;
  }

  #textOf(row: Row, column: number): string {
    if (column < 0) return `Row ${row.row}`;
    const text = row.cells[column] ?? '';
    return `Row ${row.row}, ${this.#columns[column]?.header ?? ''}: ${text === '' ? 'blank' : text}`;
  }

  #say(text: string): void {
    this.#reason.replaceChildren(make('p', {}, text));
  }

  #showMarks(): void {
    const place = document.querySelector('#marks');
    const marks = { revision: this.#changes.revision, checked: this.#checked, check: this.#check };
    if (!place || (this.#said === null && isCurrent(marks))) return;
    this.#said ??= '';
    const text = `${this.#said} ${marksText(marks)}`.trim();
    if (place.textContent === text) return;
    place.textContent = text;
    if (marks.check !== 'failed' || !this.#isEditor) return;
    const why = make('a', { href: `/sheets/${this.id}/problems` }, 'See why');
    place.append(' ', why);
  }

  /** What was loaded is old. */
  async #forget(): Promise<void> {
    clearTimeout(this.#listing);
    const undo = this.#isEditor ? (n: number) => this.#changes.undo(n) : null;
    this.#listing = setTimeout(() => void listEdits(this.id, undo), LIST_MS);
    await this.#rows.forget();
  }

  /** The rows were checked anew: some may be gone, others be back. Whoever is in a row stays there, or comes to the next. */
  async #again(): Promise<void> {
    const number = this.#rows.at(this.#at.index)?.row;
    const moves = this.#moves;
    const [index] = await Promise.all([
      number === undefined ? null : this.#rows.seek('row', number),
      this.#forget(),
    ]);
    if (index === null) return;
    await this.#rows.bring(index);
    if (moves !== this.#moves || this.#field !== null) return;
    // before the first column, so that its first problem is the next
    const column = this.#rows.at(index)?.row === number ? this.#at.column : -1;
    if (index !== this.#at.index || column !== this.#at.column) this.#go({ index, column });
  }

  /* --- moving --- */

  #key(event: KeyboardEvent): void {
    if (this.#field !== null) return;
    const act = actOf(event, this.#at, {
      page: this.#view.page,
      ...{ lastIndex: this.#rows.total - 1, lastColumn: this.#columns.length - 1 },
    });
    if (act === null || (act === 'use' && this.#offer === null)) return;
    event.preventDefault();
    if (act === 'edit') this.#edit();
    else if (act === 'use') this.#useOffer();
    else if (act === 'next' || act === 'previous') void this.#problem(act === 'next' ? 1 : -1);
    else this.#go(act);
  }

  #go({ index, column }: Place): void {
    this.#field?.leave();
    if (this.#rows.total === 0) return;
    this.#moves++;
    this.#at = {
      index: Math.min(Math.max(0, index), this.#rows.total - 1),
      column: Math.min(Math.max(-1, column), this.#columns.length - 1),
    };
    this.#view.go(this.#at);
    this.#show();
  }

  /** Goes to the next problem: in this row, else in the next row that has one. @returns false where there is none */
  async #problem(step: 1 | -1): Promise<boolean> {
    const { index, column } = this.#at;
    const columnsOf = (row: Row | null) =>
      [...new Set((row?.problems ?? []).map(({ at }) => at))].sort((a, b) => (a - b) * step);
    const goTo = (at: number) => {
      this.#go({ index: at, column: columnsOf(this.#rows.at(at))[0] ?? -1 });
      return true;
    };
    const here = columnsOf(this.#rows.at(index)).find((at) => (at - column) * step > 0);
    if (here !== undefined) {
      this.#go({ index, column: here });
      return true;
    }
    // what is loaded need not be asked for
    let near = index + step;
    while (this.#rows.at(near)?.problems.length === 0) near += step;
    if (this.#rows.at(near) !== null) return goTo(near);
    const moves = this.#moves;
    const next = await this.#rows.seek(step === 1 ? 'next' : 'previous', near - step);
    if (next !== null) await this.#rows.bring(next);
    if (moves !== this.#moves) return true;
    if (next !== null) return goTo(next);
    this.#say(step === 1 ? 'There is no further problem below.' : 'There is no problem above.');
    return false;
  }

  /* --- changing --- */

  #edit(): void {
    const { index, column } = this.#at;
    const row = this.#rows.at(index);
    const about = this.#columns[column];
    const cell = this.#view.cell(this.#at);
    if (!row || !about || !cell || this.#field !== null || !this.#isEditor) return;
    if (!about.canEdit) {
      this.#say('This cell cannot be changed: its header is blank or stands twice.');
      return;
    }
    const text = row.cells[column] ?? '';
    const label = `${about.header}, row ${row.row}`;
    const field = openField(cell, { label, text, isSecret: about.isSecret }, (typed, how) =>
      this.#typed(row, column, typed, how),
    );
    this.#field = field;
    this.#view.held = { field: field.element, giveUp: () => field.leave() };
  }

  #typed(row: Row, column: number, typed: string, how: Ending): void {
    this.#field = null;
    this.#view.held = null;
    const isSecret = this.#columns[column]?.isSecret === true;
    const was = row.cells[column] ?? '';
    // a password that was not typed is no change
    const isTaken = how !== 'escape' && !(how === 'left' && isSecret && typed === '');
    const isChange = isTaken && typed.trim() !== was;
    if (isChange) {
      const now = this.#rows.at(row.index);
      // it may have been loaded anew meanwhile
      if (now?.row === row.row) now.cells[column] = isSecret && typed !== '' ? HIDDEN : typed.trim();
      const header = this.#columns[column]?.header ?? '';
      this.#changes.edit({ sheet: this.#sheet, row: row.row, header, was, text: typed });
    }
    this.#view.redraw(row.index);
    if (how !== 'left') this.#view.element.focus({ preventScroll: true });
    if (how === 'enter') void this.#goOn(row, column, isChange);
    const waiting = this.#waiting;
    if (waiting) setTimeout(() => this.hear(waiting));
  }

  /** After a cell: to the next problem where it had one that was put right, else a row down. */
  async #goOn(row: Row, column: number, isChange: boolean): Promise<void> {
    const wasWrong = row.problems.some(({ at }) => at === column);
    if (isChange && wasWrong && (await this.#problem(1))) return;
    this.#go({ index: row.index + 1, column });
  }

  #omitHere(): void {
    const row = this.#rows.at(this.#at.index);
    if (row) this.#changes.edit({ sheet: this.#sheet, row: row.row, omit: true });
    this.#view.element.focus();
  }

  #undoHere(): void {
    const row = this.#rows.at(this.#at.index);
    const edit = row?.edited[this.#at.column] ?? row?.omitted;
    if (edit) this.#changes.undo(edit.n);
    this.#view.element.focus();
  }

  /** The sheet is another now; the server checks it when nothing more is changed. */
  #changed(said: string, alike: Alike | null): void {
    this.#said = said;
    this.#check = 'none';
    this.#showMarks();
    this.#showOffer(alike);
    void this.#forget();
  }

  #refused(said: string): void {
    // what comes now would be shown in its place
    void this.#forget().then(() => this.#say(said));
    if (this.#field === null) this.#view.element.focus({ preventScroll: true });
  }

  /** Offers to use for a text in all rows what was typed in one. */
  #showOffer(alike: Alike | null): void {
    this.#offer = alike;
    this.#offered.replaceChildren();
    if (alike === null) return;
    const { column, text, use, rows } = alike;
    const [was, now] = [quoted(text), quoted(use)];
    const further = `${rows.toLocaleString('en-US')} further ${rows === 1 ? 'row' : 'rows'}`;
    const said = `${text === '' ? `${column} is blank` : `${was} stands in ${column}`} in ${further}. `;
    const button = make('button', { type: 'button' }, `Use ${now} in all of them (a)`);
    button.addEventListener('click', () => {
      this.#view.element.focus();
      this.#useOffer();
    });
    this.#offered.append(make('p', { dir: 'auto' }, said), button);
  }

  #useOffer(): void {
    const offer = this.#offer;
    this.#showOffer(null);
    if (offer) this.#changes.use(offer);
  }
}

function quoted(text: string): string {
  return text === '' ? 'blank' : `“${text}”`;
}

const place = document.querySelector<HTMLElement>('#grid-place');
const plain = document.querySelector<HTMLElement>('#plain');
if (place && plain && Number(place.dataset['total']) > 0) {
  plain.remove();
  const grid = new Grid(place);
  void grid.begin();
  watchTopic(`sheet:${grid.id}`, (text) => {
    const now = JSON.parse(text) as SheetNow;
    if (now.others !== undefined) showOthers(now.others);
    if (now.revision !== undefined) grid.hear(now);
  });
}

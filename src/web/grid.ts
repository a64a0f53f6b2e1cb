import { showOthers } from './others.js';
import { watchTopic } from './topic.js';

/** A column of the sheet. */
interface Column {
  readonly header: string;
  readonly isSecret: boolean;
  readonly canEdit: boolean;
}

interface Problem {
  /** of the column; -1 for the row as a whole */
  readonly at: number;
  readonly isError: boolean;
  readonly message: string;
  readonly hint: string;
}

interface Edited {
  readonly n: number;
  readonly was: string;
  readonly by: string;
  readonly at: string;
}

interface Row {
  readonly index: number;
  readonly row: number;
  readonly cells: string[];
  readonly problems: readonly Problem[];
  readonly edited: Record<number, Edited>;
  readonly omitted: Omit<Edited, 'was'> | null;
}

interface Window {
  readonly revision: string;
  readonly total: number;
  readonly rows: readonly Row[];
}

/** What the sheet is now, as the stream tells. */
interface SheetNow {
  readonly revision: string;
  /** the revision that was checked last; null before the first check */
  readonly checked: string | null;
  readonly others: readonly string[];
}

interface Conflict {
  readonly row: number;
  readonly header: string | null;
  readonly text: string;
  readonly by: string;
}

/** One cell, or one row that is left out. */
type Wanted = { readonly sheet: string | null; readonly row: number } & (
  | { readonly header: string; readonly was: string; readonly text: string }
  | { readonly omit: true }
);

/** Pixels, as the style has them. */
const ROW_HEIGHT = 30;
/** Browsers have a largest height, Firefox the least: beyond this one the scroll bar is scaled. */
const MOST_HEIGHT = 15_000_000;
/** Rows above and below those that are seen. */
const AROUND = 4;
const WINDOW_ROWS = 100;
const MOST_WINDOWS = 30;
/** Windows are asked for so often at most: what is only scrolled past is not. */
const LOAD_MS = 200;
const AGAIN_MS = 2000;
const CHECK_MS = 1000;
const HIDDEN = '(hidden)';

function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

/** Elements of a row on the screen, which show one row after another. */
interface Slot {
  readonly element: HTMLElement;
  readonly cells: readonly HTMLElement[];
  index: number;
  shown: Row | null;
}

class Grid {
  readonly #id: string;
  readonly #sheet: string | null;
  readonly #columns: readonly Column[];
  readonly #isEditor: boolean;
  readonly #query: URLSearchParams;
  readonly #grid: HTMLElement;
  readonly #body: HTMLElement;
  readonly #reason = make('div', { class: 'grid-told', role: 'status', 'aria-live': 'polite', id: 'reason' });
  readonly #state = document.querySelector<HTMLElement>('#state');
  readonly #undo = make('button', { type: 'button' }, 'Undo this change');
  readonly #leaveOut = make('button', { type: 'button' }, 'Leave this row out');
  #slots: Slot[] = [];
  #windows = new Map<number, readonly Row[] | null>();
  #total: number;
  #revision: string;
  #checked: string;
  /** the active cell: index of the row, and column; -1 is the number of the row */
  #at = { index: 0, column: -1 };
  #drawing = false;
  #loading: ReturnType<typeof setTimeout> | undefined;
  /** when windows were last asked for */
  #loaded = 0;
  #checking: ReturnType<typeof setTimeout> | undefined;
  /** edits are sent one after another: each says which revision it has seen */
  #sending: Promise<void> = Promise.resolve();
  #field: HTMLInputElement | null = null;
  /** what the stream told while a cell was being changed */
  #waiting: SheetNow | null = null;
  /** bumped when all that was loaded is old */
  #generation = 0;

  constructor(place: HTMLElement) {
    const {
      sheet = '',
      revision = '',
      check = '',
      name = '',
      hasName,
      source = '1',
      total,
      columns = '[]',
    } = place.dataset;
    this.#id = sheet;
    this.#sheet = hasName === 'yes' ? name : null;
    this.#columns = JSON.parse(columns) as Column[];
    this.#isEditor = place.dataset['editor'] === 'yes';
    this.#revision = revision;
    this.#checked = check;
    this.#total = Number(total);
    const { searchParams } = new URL(location.href);
    this.#query = new URLSearchParams({ sheet: source });
    for (const key of ['filter', 'cause', 'text']) this.#query.set(key, searchParams.get(key) ?? '');

    this.#grid = make('div', {
      ...{ class: 'grid', role: 'grid', tabindex: '0', id: 'grid', 'aria-labelledby': 'found' },
      ...{ 'aria-describedby': 'grid-keys', 'aria-colcount': String(this.#columns.length + 1) },
      ...(this.#isEditor ? {} : { 'aria-readonly': 'true' }),
    });
    const head = make('div', { role: 'row', 'aria-rowindex': '1' });
    head.append(make('div', { role: 'columnheader', 'aria-colindex': '1', 'data-at': '-1' }, 'Row'));
    for (const [at, { header }] of this.#columns.entries())
      head.append(
        make(
          'div',
          { role: 'columnheader', 'aria-colindex': String(at + 2), dir: 'auto', title: header },
          header === '' ? '(no header)' : header,
        ),
      );
    const heads = make('div', { role: 'rowgroup', class: 'grid-head' });
    heads.append(head);
    this.#body = make('div', { role: 'rowgroup', class: 'grid-body' });
    this.#grid.append(heads, this.#body);
    const keys = make(
      'p',
      { class: 'quiet', id: 'grid-keys' },
      `Arrows, Page, Home and End move; n and p go to the next and the previous problem${this.#isEditor ? '; Enter changes a cell, Escape leaves it as it is' : ''}. Tab leaves the table.`,
    );
    const acts = make('div', { class: 'grid-acts' });
    if (this.#isEditor) acts.append(this.#undo, this.#leaveOut);
    place.append(keys, this.#grid, this.#reason, acts);
    this.#undo.hidden = true;
    this.#undo.addEventListener('click', () => this.#undoHere());
    this.#leaveOut.addEventListener('click', () => this.#omitHere());
    this.#grid.addEventListener('scroll', () => this.#drawSoon(), { passive: true });
    this.#grid.addEventListener('keydown', (event) => this.#key(event));
    this.#grid.addEventListener('mousedown', (event) => this.#click(event));
    this.#grid.addEventListener('dblclick', () => this.#edit());
    this.#grid.addEventListener('focus', () => this.#show());
    new ResizeObserver(() => this.#drawSoon()).observe(this.#grid);
    this.#setTotal(this.#total);
  }

  /** Begins at a row, or at the first problem. */
  async begin(): Promise<void> {
    const wanted = new URL(location.href).searchParams.get('row') ?? '';
    this.#draw();
    if (!/^\d+$/.test(wanted)) return;
    const index = await this.#seek('row', Number(wanted));
    if (index === null) return this.#say(`There is no row ${wanted} among these, nor one after it.`);
    this.#grid.focus();
    this.#go(index, -1);
  }

  /** What the stream tells. */
  hear(now: SheetNow): void {
    this.#waiting = this.#field === null ? null : now;
    if (this.#field !== null) return;
    if (now.revision !== this.#revision) {
      // somebody else's, or ours told twice
      this.#revision = now.revision;
      this.#forget();
    }
    if (now.checked !== null && now.checked !== this.#checked && now.checked === now.revision) {
      this.#checked = now.checked;
      if (this.#state) this.#state.textContent = 'Checked: the marks are those of now.';
      void this.#again();
    }
  }

  /* --- what is on the screen --- */

  get #height(): number {
    return this.#total * ROW_HEIGHT;
  }

  /** Pixels of all rows that one pixel of the scroll bar stands for. */
  get #scale(): number {
    const view = this.#grid.clientHeight - ROW_HEIGHT;
    return this.#height <= MOST_HEIGHT ? 1 : (this.#height - view) / (MOST_HEIGHT - view);
  }

  #setTotal(total: number): void {
    this.#total = total;
    this.#grid.setAttribute('aria-rowcount', String(total + 1));
    this.#body.style.height = `${Math.min(this.#height, MOST_HEIGHT)}px`;
    this.#body.style.width = `${90 + 150 * this.#columns.length}px`;
    const found = document.querySelector('#found');
    if (found) found.textContent = `${total.toLocaleString('en-US')} ${total === 1 ? 'row' : 'rows'}`;
  }

  #drawSoon(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const view = this.#grid.clientHeight;
    const needed = Math.min(this.#total, Math.ceil(view / ROW_HEIGHT) + 2 * AROUND);
    while (this.#slots.length < needed) this.#slots.push(this.#newSlot(this.#slots.length));
    const { scrollTop } = this.#grid;
    const top = scrollTop * this.#scale;
    const most = Math.max(0, this.#total - this.#slots.length);
    const first = Math.min(most, Math.max(0, Math.floor(top / ROW_HEIGHT) - AROUND));
    const count = this.#slots.length;
    for (let index = first; index < first + count; index++) {
      const slot = this.#slots[index % count];
      if (!slot) continue;
      slot.element.hidden = index >= this.#total;
      if (slot.element.hidden) continue;
      const shift = scrollTop - top + index * ROW_HEIGHT;
      slot.element.style.transform = `translateY(${shift}px)`;
      this.#fill(slot, index);
    }
    this.#loadSoon();
  }

  #newSlot(number: number): Slot {
    const element = make('div', { role: 'row' });
    const cells = [-1, ...this.#columns.keys()].map((at) => {
      const cell = make('div', {
        ...{ role: at < 0 ? 'rowheader' : 'gridcell', id: `g-${number}-${at}`, 'data-at': String(at) },
        ...{ 'aria-colindex': String(at + 2), dir: 'auto' },
      });
      return cell;
    });
    element.append(...cells);
    this.#body.append(element);
    return { element, cells, index: -1, shown: null };
  }

  #fill(slot: Slot, index: number): void {
    const row = this.#rowAt(index);
    if (slot.index === index && slot.shown === row && slot.shown !== null) return;
    if (slot.index !== index) slot.element.setAttribute('aria-rowindex', String(index + 2));
    if (this.#field && slot.element.contains(this.#field)) {
      if (slot.index === index) return;
      this.#endEdit();
    }
    const wasRow = slot.shown;
    slot.index = index;
    slot.shown = row;
    slot.element.className = row === null ? 'waits' : row.omitted === null ? '' : 'out';
    for (const [position, cell] of slot.cells.entries()) fillCell(cell, row, wasRow, position - 1);
    this.#markActive(slot);
  }

  #rowAt(index: number): Row | null {
    const window = Math.floor(index / WINDOW_ROWS);
    return this.#windows.get(window)?.[index - window * WINDOW_ROWS] ?? null;
  }

  #slotOf(index: number): Slot | null {
    const slot = this.#slots[index % Math.max(1, this.#slots.length)];
    return slot?.index === index ? slot : null;
  }

  #markActive(slot: Slot): void {
    for (const cell of slot.cells) if (cell.classList.contains('active')) cell.classList.remove('active');
    if (slot.index !== this.#at.index) return;
    const cell = slot.cells[this.#at.column + 1];
    cell?.classList.add('active');
    if (cell) this.#grid.setAttribute('aria-activedescendant', cell.id);
  }

  /* --- what comes from the server --- */

  #loadSoon(): void {
    if (this.#loading !== undefined) return;
    const wait = Math.max(0, this.#loaded + LOAD_MS - performance.now());
    this.#loading = setTimeout(() => {
      this.#loading = undefined;
      this.#loaded = performance.now();
      const seen = this.#slots.filter(({ element }) => !element.hidden).map(({ index }) => index);
      for (const window of new Set(seen.map((index) => Math.floor(index / WINDOW_ROWS))))
        if (!this.#windows.has(window)) void this.#load(window);
    }, wait);
  }

  async #load(window: number): Promise<void> {
    const generation = this.#generation;
    this.#windows.set(window, null);
    const answer = await this.#ask({ from: String(window * WINDOW_ROWS), count: String(WINDOW_ROWS) });
    if (generation !== this.#generation) return;
    if (answer === null) {
      this.#windows.delete(window);
      setTimeout(() => this.#loadSoon(), AGAIN_MS);
      return;
    }
    const { total, rows } = answer as Window;
    this.#windows.set(window, rows);
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= MOST_WINDOWS) break;
      if (oldest !== window) this.#windows.delete(oldest);
    }
    if (total !== this.#total) this.#setTotal(total);
    this.#draw();
    if (Math.floor(this.#at.index / WINDOW_ROWS) === window) this.#show();
  }

  async #ask(more: Readonly<Record<string, string>>): Promise<unknown> {
    const query = new URLSearchParams([...this.#query, ...Object.entries(more)]);
    const answer = await fetch(`/sheets/${this.#id}/rows?${query}`).catch(() => null);
    if (answer?.ok) return answer.json();
    this.#say(answer === null ? 'The server cannot be reached.' : 'The rows could not be loaded.');
    return null;
  }

  async #seek(what: 'row' | 'next' | 'previous', at: number): Promise<number | null> {
    const answer = (await this.#ask({ seek: what, at: String(at) })) as { index: number | null } | null;
    return answer?.index ?? null;
  }

  /** What was loaded is old; it stays on the screen until the new is there. */
  #forget(): void {
    this.#generation++;
    const seen = [...new Set(this.#slots.map(({ index }) => Math.floor(Math.max(0, index) / WINDOW_ROWS)))];
    const old = this.#windows;
    this.#windows = new Map();
    for (const window of seen) {
      void this.#load(window);
      const rows = old.get(window);
      if (rows) this.#windows.set(window, rows);
    }
    void this.#listEdits();
  }

  /** The rows were checked anew: some may be left out, others be back. */
  async #again(): Promise<void> {
    const number = this.#rowAt(this.#at.index)?.row;
    this.#forget();
    if (number === undefined) return;
    const index = await this.#seek('row', number);
    if (index !== null && index !== this.#at.index && this.#field === null) this.#go(index, this.#at.column);
  }

  /* --- moving --- */

  #click(event: MouseEvent): void {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-at]');
    const slot = this.#slots.find(({ element }) => cell !== null && element.contains(cell));
    if (!cell || !slot || (this.#field !== null && cell.contains(this.#field))) return;
    this.#go(slot.index, Number(cell.dataset['at']));
  }

  #key(event: KeyboardEvent): void {
    if (this.#field !== null || event.altKey || event.metaKey) return;
    const { index, column } = this.#at;
    const page = Math.max(1, Math.floor(this.#grid.clientHeight / ROW_HEIGHT) - 2);
    const last = this.#columns.length - 1;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowUp: () => this.#go(index - 1, column),
      ArrowDown: () => this.#go(index + 1, column),
      ArrowLeft: () => this.#go(index, column - 1),
      ArrowRight: () => this.#go(index, column + 1),
      PageUp: () => this.#go(index - page, column),
      PageDown: () => this.#go(index + page, column),
      Home: () => this.#go(event.ctrlKey ? 0 : index, -1),
      End: () => this.#go(event.ctrlKey ? this.#total - 1 : index, last),
      Enter: () => this.#edit(),
      F2: () => this.#edit(),
      n: () => void this.#problem(1),
      p: () => void this.#problem(-1),
    };
    if (event.ctrlKey && event.key !== 'Home' && event.key !== 'End') return;
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }

  #go(index: number, column: number): void {
    if (this.#total === 0) return;
    this.#endEdit();
    const before = this.#slotOf(this.#at.index);
    this.#at = {
      index: Math.min(Math.max(0, index), this.#total - 1),
      column: Math.min(Math.max(-1, column), this.#columns.length - 1),
    };
    if (before) this.#markActive(before);
    this.#intoView();
    this.#draw();
    const slot = this.#slotOf(this.#at.index);
    if (slot) this.#markActive(slot);
    this.#show();
  }

  #intoView(): void {
    const { index, column } = this.#at;
    const view = this.#grid.clientHeight - ROW_HEIGHT;
    const top = this.#grid.scrollTop * this.#scale;
    const start = index * ROW_HEIGHT;
    // whole pixels, so that rounding hides nothing of the row
    if (start < top) this.#grid.scrollTop = Math.floor(start / this.#scale);
    else if (start + ROW_HEIGHT > top + view)
      this.#grid.scrollTop = Math.ceil((start + ROW_HEIGHT - view) / this.#scale);
    if (column < 0) this.#grid.scrollLeft = 0;
    else {
      const left = column * 150;
      const width = this.#grid.clientWidth - 90;
      if (left < this.#grid.scrollLeft) this.#grid.scrollLeft = left;
      else if (left + 150 > this.#grid.scrollLeft + width) this.#grid.scrollLeft = left + 150 - width;
    }
  }

  /** The next problem: in this row, else in the next row that has one. */
  async #problem(step: 1 | -1): Promise<void> {
    const { index, column } = this.#at;
    const columnsOf = (row: Row | null) =>
      [...new Set((row?.problems ?? []).map(({ at }) => at))].sort((a, b) => (a - b) * step);
    const here = columnsOf(this.#rowAt(index)).find((at) => (at - column) * step > 0);
    if (here !== undefined) return this.#go(index, here);
    // what is loaded need not be asked for
    let near = index + step;
    while (this.#rowAt(near)?.problems.length === 0) near += step;
    if (this.#rowAt(near) !== null) return this.#go(near, columnsOf(this.#rowAt(near))[0] ?? -1);
    const next = await this.#seek(step === 1 ? 'next' : 'previous', near - step);
    if (next === null)
      return this.#say(step === 1 ? 'There is no further problem below.' : 'There is no problem above.');
    const window = Math.floor(next / WINDOW_ROWS);
    if (!this.#windows.get(window)) await this.#load(window);
    this.#go(next, columnsOf(this.#rowAt(next))[0] ?? -1);
  }

  /** Says what is known of the active cell. */
  #show(): void {
    const { index, column } = this.#at;
    const row = this.#rowAt(index);
    if (row === null) return;
    const lines: HTMLElement[] = [];
    const name = column < 0 ? '' : `, ${this.#columns[column]?.header ?? ''}`;
    const text = column < 0 ? '' : (row.cells[column] ?? '');
    lines.push(
      make(
        'p',
        { dir: 'auto' },
        `Row ${row.row}${name}${column < 0 ? '' : `: ${text === '' ? 'blank' : text}`}`,
      ),
    );
    for (const { isError, message, hint, at } of row.problems)
      if (at === column)
        lines.push(
          make(
            'p',
            { class: isError ? 'told-error' : 'told-warning' },
            `${isError ? 'Error' : 'Warning'}: ${message}. ${hint}`,
          ),
        );
    const edit = row.edited[column];
    if (edit)
      lines.push(
        make('p', { class: 'quiet' }, `Was ${edit.was === '' ? 'blank' : edit.was}, changed by ${edit.by}.`),
      );
    if (row.omitted) lines.push(make('p', { class: 'quiet' }, `${row.omitted.by} has left this row out.`));
    this.#reason.replaceChildren(...lines);
    this.#undo.hidden = edit === undefined && row.omitted === null;
    this.#leaveOut.hidden = row.omitted !== null;
  }

  #say(text: string): void {
    this.#reason.replaceChildren(make('p', {}, text));
  }

  /* --- changing --- */

  #edit(): void {
    const { index, column } = this.#at;
    const row = this.#rowAt(index);
    const about = this.#columns[column];
    const cell = this.#slotOf(index)?.cells[column + 1];
    if (!row || !about || !cell || this.#field !== null || !this.#isEditor) return;
    if (!about.canEdit) {
      this.#say('This cell cannot be changed: its header is blank or stands twice.');
      return;
    }
    const now = row.cells[column] ?? '';
    const field = make('input', {
      ...{
        type: about.isSecret ? 'password' : 'text',
        dir: 'auto',
        autocomplete: 'off',
        spellcheck: 'false',
      },
      ...{ 'aria-label': `${about.header}, row ${row.row}`, 'aria-describedby': 'reason' },
    });
    field.value = about.isSecret ? '' : now;
    this.#field = field;
    cell.replaceChildren(field);
    field.focus({ preventScroll: true });
    field.select();
    field.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Escape') this.#endEdit(true);
      else if (event.key === 'Enter') {
        event.preventDefault();
        this.#endEdit(true);
        this.#take(row, column, now, field.value);
        this.#go(index + 1, column);
      }
    });
    field.addEventListener('blur', () => {
      if (this.#field !== field) return;
      const { value } = field;
      this.#endEdit();
      // a password that was not typed is no change
      if (!about.isSecret || value !== '') this.#take(row, column, now, value);
    });
  }

  #endEdit(refocus = false): void {
    const field = this.#field;
    if (field === null) return;
    this.#field = null;
    const slot = this.#slots.find(({ element }) => element.contains(field));
    field.remove();
    if (slot) {
      slot.shown = null;
      this.#fill(slot, slot.index);
    }
    if (refocus) this.#grid.focus({ preventScroll: true });
    const waiting = this.#waiting;
    if (waiting) setTimeout(() => this.hear(waiting));
  }

  #take(row: Row, column: number, was: string, typed: string): void {
    const header = this.#columns[column]?.header ?? '';
    if (typed.trim() === was) return;
    const shown = this.#columns[column]?.isSecret && typed !== '' ? HIDDEN : typed.trim();
    row.cells[column] = shown;
    this.#redraw(row.index);
    this.#send({ sheet: this.#sheet, row: row.row, header, was, text: typed });
  }

  #redraw(index: number): void {
    const slot = this.#slotOf(index);
    if (!slot) return;
    slot.shown = null;
    this.#fill(slot, index);
  }

  #omitHere(): void {
    const row = this.#rowAt(this.#at.index);
    if (row) this.#send({ sheet: this.#sheet, row: row.row, omit: true });
    this.#grid.focus();
  }

  #undoHere(): void {
    const row = this.#rowAt(this.#at.index);
    const edit = row?.edited[this.#at.column] ?? row?.omitted;
    if (edit) this.undo(edit.n);
    this.#grid.focus();
  }

  #send(wanted: Wanted): void {
    this.#sending = this.#sending.then(() => this.#sendNow(wanted, true));
  }

  async #sendNow(wanted: Wanted, mayRepeat: boolean): Promise<void> {
    const answer = await this.#write('POST', `/sheets/${this.#id}/edits`, {
      revision: this.#revision,
      edits: [wanted],
    });
    if (answer === null) {
      this.#forget();
      return this.#say('The server cannot be reached: the change is not kept. Make it again.');
    }
    const told = (await answer.json()) as {
      revision?: string;
      cells?: readonly Conflict[];
      error?: { message: string; hint: string };
    };
    const { revision, cells = [], error } = told;
    if (revision !== undefined) this.#revision = revision;
    if (answer.ok) return this.#changed('Saved.');
    const theirs = cells[0];
    // it has changed elsewhere: what is wanted here is as right as it was
    if (answer.status === 409 && theirs === undefined && revision !== undefined && mayRepeat)
      return this.#sendNow(wanted, false);
    this.#forget();
    if (theirs === undefined || 'omit' in wanted)
      return this.#say(`${error?.message ?? ''} ${error?.hint ?? ''}`);
    if (await keepsMine(wanted, theirs)) return this.#sendNow({ ...wanted, was: theirs.text }, true);
    this.#say(`What ${theirs.by} has typed is kept.`);
    this.#grid.focus();
  }

  /** Takes an edit back. */
  undo(n: number): void {
    this.#sending = this.#sending.then(async () => {
      const path = `/sheets/${this.#id}/edits/${n}?revision=${this.#revision}`;
      const answer = await this.#write('DELETE', path);
      const told = (await answer?.json()) as
        | { revision?: string; error?: { message: string; hint: string } }
        | undefined;
      if (told?.revision !== undefined) this.#revision = told.revision;
      if (answer?.ok) return this.#changed('Undone.');
      this.#forget();
      this.#say(told?.error ? `${told.error.message} ${told.error.hint}` : 'The server cannot be reached.');
    });
  }

  async #write(method: string, path: string, body?: object): Promise<Response | null> {
    const sent = body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    return fetch(path, { method, ...sent }).catch(() => null);
  }

  /** Something is another now: it is checked when nothing more is changed. */
  #changed(what: string): void {
    if (this.#state) this.#state.textContent = `${what} The sheet is checked again in a second.`;
    this.#forget();
    clearTimeout(this.#checking);
    this.#checking = setTimeout(async () => {
      const answer = await this.#write('POST', `/sheets/${this.#id}/check`, {});
      if (this.#state)
        this.#state.textContent = answer?.ok
          ? `${what} Checking …`
          : `${what} The check could not be started.`;
    }, CHECK_MS);
  }

  /** The list of changes below, as it is now. */
  async #listEdits(): Promise<void> {
    const answer = await fetch(`/sheets/${this.#id}/edits`).catch(() => null);
    if (!answer?.ok) return;
    const { edits } = (await answer.json()) as { edits: readonly ListedEdit[] };
    listEdits(edits, this.#isEditor, (n) => this.undo(n));
  }

  get id(): string {
    return this.#id;
  }
}

function fillCell(cell: HTMLElement, row: Row | null, was: Row | null, at: number): void {
  if (row === null) {
    cell.textContent = at < 0 ? '…' : '';
    unmark(cell);
    return;
  }
  if (at < 0) {
    cell.textContent = row.omitted === null ? String(row.row) : `${row.row} left out`;
  } else {
    const text = row.cells[at] ?? '';
    const edit = row.edited[at];
    if (edit)
      cell.replaceChildren(
        make('del', {}, edit.was === '' ? '(blank)' : edit.was),
        ' → ',
        make('ins', {}, text === '' ? '(blank)' : text),
      );
    else if (was === null || was.edited[at] !== undefined || was.cells[at] !== text) cell.textContent = text;
  }
  let [isError, isWarning] = [false, false];
  for (const problem of row.problems)
    if (problem.at === at) {
      if (problem.isError) isError = true;
      else isWarning = true;
    }
  if (!isError && !isWarning) {
    unmark(cell);
    return;
  }
  cell.className = isError ? 'bad-cell' : 'warned-cell';
  if (isError) cell.setAttribute('aria-invalid', 'true');
  else cell.removeAttribute('aria-invalid');
}

function unmark(cell: HTMLElement): void {
  if (cell.className !== '') cell.className = '';
  if (cell.hasAttribute('aria-invalid')) cell.removeAttribute('aria-invalid');
}

/** Asks what is to be kept of a cell that somebody else has changed meanwhile. */
function keepsMine(
  mine: { readonly header: string; readonly row: number; readonly text: string },
  theirs: Conflict,
): Promise<boolean> {
  const who = theirs.by === '' ? 'somebody else' : theirs.by;
  const dialog = make('dialog', { 'aria-labelledby': 'conflict-title' });
  const list = make('dl');
  list.append(
    ...[
      make('dt', {}, `What ${who} has typed`),
      make('dd', { dir: 'auto' }, theirs.text === '' ? '(blank)' : theirs.text),
    ],
    ...[
      make('dt', {}, 'What you have typed'),
      make('dd', { dir: 'auto' }, mine.text === '' ? '(blank)' : mine.text),
    ],
  );
  const keep = make('button', { type: 'button' }, `Keep what ${who} has typed`);
  const use = make('button', { type: 'button' }, 'Use mine');
  const acts = make('div', { class: 'grid-acts' });
  acts.append(keep, use);
  dialog.append(
    make('h2', { id: 'conflict-title' }, `Row ${mine.row}, ${mine.header} was changed meanwhile`),
    list,
    acts,
  );
  document.querySelector('main')?.append(dialog);
  return new Promise((resolve) => {
    let isMine = false;
    use.addEventListener('click', () => {
      isMine = true;
      dialog.close();
    });
    keep.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(isMine);
    });
    dialog.showModal();
    keep.focus();
  });
}

interface ListedEdit {
  readonly n: number;
  readonly sheet: string | null;
  readonly row: number;
  readonly header: string | null;
  readonly was: string;
  readonly text: string;
  readonly by: string;
  readonly at: string;
}

const MOST_LISTED = 50;

function listEdits(edits: readonly ListedEdit[], isEditor: boolean, undo: (n: number) => void): void {
  const counts = new Map<string, number>();
  for (const { by } of edits) counts.set(by, (counts.get(by) ?? 0) + 1);
  const who = document.querySelector('#who');
  const told = [...counts].map(([by, count]) => `${count} ${count === 1 ? 'edit' : 'edits'} by ${by}`);
  if (who)
    who.textContent = `${told.length === 0 ? 'Nothing is changed' : told.join(', ')}. The upload itself stays as it is.`;
  document.querySelector('#edits')?.replaceChildren(
    ...edits.slice(0, MOST_LISTED).map(({ n, sheet, row, header, was, text, by, at }) => {
      const item = make(
        'li',
        {},
        `${sheet === null ? '' : `${sheet}, `}row ${row}${header === null ? ': left out ' : ', '}`,
      );
      if (header !== null)
        item.append(
          ...[make('b', {}, header), ': ', make('del', {}, was === '' ? '(blank)' : was), ' → '],
          ...[make('ins', {}, text === '' ? '(blank)' : text), ' '],
        );
      item.append(
        make('span', { class: 'quiet' }, `${by}, ${at === '' ? '' : new Date(at).toLocaleTimeString()} `),
      );
      const what = `Undo the change of row ${row}${header === null ? '' : `, ${header}`}`;
      const button = make('button', { type: 'button', 'aria-label': what }, 'Undo');
      button.addEventListener('click', () => undo(n));
      if (isEditor) item.append(button);
      return item;
    }),
  );
}

/** Follows what others do with the sheet. */
function follow(grid: Grid): void {
  watchTopic(`sheet:${grid.id}`, (text) => {
    const now = JSON.parse(text) as SheetNow;
    if (now.others !== undefined) showOthers(now.others);
    if (now.revision !== undefined) grid.hear(now);
  });
}

const place = document.querySelector<HTMLElement>('#grid-place');
const plain = document.querySelector<HTMLElement>('#plain');
if (place && plain && Number(place.dataset['total']) > 0) {
  plain.remove();
  const grid = new Grid(place);
  void grid.begin();
  follow(grid);
}

import { make, orBlank } from './dom.js';
import type { Place } from './grid-keys.js';
import type { Column, Row, Rows } from './grid-rows.js';

/** Pixels, as the style has them. */
const ROW_HEIGHT = 30;
const HEAD_WIDTH = 90;
const CELL_WIDTH = 150;
/** Browsers have a largest height, Firefox the least: beyond this one the scroll bar is scaled. */
const MOST_HEIGHT = 15_000_000;
/** Rows above and below those that are seen. */
const AROUND = 4;

/** Elements of a row on the screen, which show one row after another. */
interface Slot {
  readonly element: HTMLElement;
  readonly cells: readonly HTMLElement[];
  index: number;
  shown: Row | null;
}

/** What is on the screen of the rows: as many elements as fit, however many rows there are. */
export class View {
  readonly element: HTMLElement;
  readonly #columns: readonly Column[];
  readonly #rows: Rows;
  readonly #body = make('div', { role: 'rowgroup', class: 'grid-body' });
  readonly #slots: Slot[] = [];
  #active: Place = { index: 0, column: -1 };
  #drawing = false;
  /** what somebody types into: the cell around it is not drawn, and `giveUp` is called before another row takes its place */
  held: { readonly field: HTMLElement; giveUp(): void } | null = null;

  constructor(columns: readonly Column[], rows: Rows, isEditor: boolean) {
    this.#columns = columns;
    this.#rows = rows;
    this.element = make('div', {
      ...{ class: 'grid', role: 'grid', tabindex: '0', id: 'grid', 'aria-labelledby': 'found' },
      ...{ 'aria-describedby': 'grid-keys', 'aria-colcount': String(columns.length + 1) },
      ...(isEditor ? {} : { 'aria-readonly': 'true' }),
    });
    const heads = make('div', { role: 'rowgroup', class: 'grid-head' });
    heads.append(headOf(columns));
    this.element.append(heads, this.#body);
    this.element.addEventListener('scroll', () => this.drawSoon(), { passive: true });
    new ResizeObserver(() => this.drawSoon()).observe(this.element);
    this.resize();
  }

  /** Rows that a page of the keyboard goes over. */
  get page(): number {
    return Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2);
  }

  /** There are more or fewer rows. */
  resize(): void {
    const { total } = this.#rows;
    this.element.setAttribute('aria-rowcount', String(total + 1));
    this.#body.style.height = `${Math.min(this.#height, MOST_HEIGHT)}px`;
    this.#body.style.width = `${HEAD_WIDTH + CELL_WIDTH * this.#columns.length}px`;
  }

  drawSoon(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.draw();
    });
  }

  draw(): void {
    const { total } = this.#rows;
    const needed = Math.min(total, Math.ceil(this.element.clientHeight / ROW_HEIGHT) + 2 * AROUND);
    while (this.#slots.length < needed) this.#slots.push(this.#newSlot(this.#slots.length));
    const { scrollTop } = this.element;
    const top = scrollTop * this.#scale;
    const count = this.#slots.length;
    const most = Math.max(0, total - count);
    const first = Math.min(most, Math.max(0, Math.floor(top / ROW_HEIGHT) - AROUND));
    for (let index = first; index < first + count; index++) {
      const slot = this.#slots[index % count];
      if (!slot) continue;
      slot.element.hidden = index >= total;
      if (slot.element.hidden) continue;
      slot.element.style.transform = `translateY(${scrollTop - top + index * ROW_HEIGHT}px)`;
      this.#fill(slot, index);
    }
    this.#rows.want(this.#slots.filter(({ element }) => !element.hidden).map(({ index }) => index));
  }

  /** Draws a row anew whose cells have changed. */
  redraw(index: number): void {
    const slot = this.#slotOf(index);
    if (!slot) return;
    slot.shown = null;
    this.#fill(slot, index);
  }

  /** Marks the active cell and brings it into view. */
  go(to: Place): void {
    const before = this.#slotOf(this.#active.index);
    this.#active = to;
    if (before) this.#mark(before);
    this.#intoView();
    this.draw();
    const slot = this.#slotOf(to.index);
    if (slot) this.#mark(slot);
  }

  /** The element of a cell; null where it is not on the screen. */
  cell({ index, column }: Place): HTMLElement | null {
    return this.#slotOf(index)?.cells[column + 1] ?? null;
  }

  /** The cell that an element is of. */
  placeOf(target: HTMLElement): Place | null {
    const cell = target.closest<HTMLElement>('[data-at]');
    const slot = this.#slots.find(({ element }) => cell !== null && element.contains(cell));
    return cell && slot ? { index: slot.index, column: Number(cell.dataset['at']) } : null;
  }

  get #height(): number {
    return this.#rows.total * ROW_HEIGHT;
  }

  /** Pixels of all rows that one pixel of the scroll bar stands for. */
  get #scale(): number {
    const view = this.element.clientHeight - ROW_HEIGHT;
    return this.#height <= MOST_HEIGHT ? 1 : (this.#height - view) / (MOST_HEIGHT - view);
  }

  #newSlot(number: number): Slot {
    const element = make('div', { role: 'row' });
    const cells = [-1, ...this.#columns.keys()].map((at) =>
      make('div', {
        ...{ role: at < 0 ? 'rowheader' : 'gridcell', id: `g-${number}-${at}`, 'data-at': String(at) },
        ...{ 'aria-colindex': String(at + 2), dir: 'auto' },
      }),
    );
    element.append(...cells);
    this.#body.append(element);
    return { element, cells, index: -1, shown: null };
  }

  #fill(slot: Slot, index: number): void {
    const row = this.#rows.at(index);
    if (slot.index === index && slot.shown === row && slot.shown !== null) return;
    if (slot.index !== index) slot.element.setAttribute('aria-rowindex', String(index + 2));
    if (this.held && slot.element.contains(this.held.field)) {
      if (slot.index === index) return;
      this.held.giveUp();
    }
    const wasRow = slot.shown;
    slot.index = index;
    slot.shown = row;
    slot.element.className = row === null ? 'waits' : row.omitted === null ? '' : 'out';
    for (const [position, cell] of slot.cells.entries()) fillCell(cell, row, wasRow, position - 1);
    this.#mark(slot);
  }

  #slotOf(index: number): Slot | null {
    const slot = this.#slots[index % Math.max(1, this.#slots.length)];
    return slot?.index === index ? slot : null;
  }

  #mark(slot: Slot): void {
    for (const cell of slot.cells) if (cell.classList.contains('active')) cell.classList.remove('active');
    if (slot.index !== this.#active.index) return;
    const cell = slot.cells[this.#active.column + 1];
    cell?.classList.add('active');
    if (cell) this.element.setAttribute('aria-activedescendant', cell.id);
  }

  #intoView(): void {
    const { index, column } = this.#active;
    const { element } = this;
    const view = element.clientHeight - ROW_HEIGHT;
    const top = element.scrollTop * this.#scale;
    const start = index * ROW_HEIGHT;
    // whole pixels, so that rounding hides nothing of the row
    if (start < top) element.scrollTop = Math.floor(start / this.#scale);
    else if (start + ROW_HEIGHT > top + view)
      element.scrollTop = Math.ceil((start + ROW_HEIGHT - view) / this.#scale);
    if (column < 0) {
      element.scrollLeft = 0;
      return;
    }
    const left = column * CELL_WIDTH;
    const width = element.clientWidth - HEAD_WIDTH;
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (left + CELL_WIDTH > element.scrollLeft + width) element.scrollLeft = left + CELL_WIDTH - width;
  }
}

function headOf(columns: readonly Column[]): HTMLElement {
  const head = make('div', { role: 'row', 'aria-rowindex': '1' });
  head.append(make('div', { role: 'columnheader', 'aria-colindex': '1', 'data-at': '-1' }, 'Row'));
  for (const [at, { header }] of columns.entries())
    head.append(
      make(
        'div',
        { role: 'columnheader', 'aria-colindex': String(at + 2), dir: 'auto', title: header },
        header === '' ? '(no header)' : header,
      ),
    );
  return head;
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
    // what is cut off at the end of the cell is what it was
    if (edit)
      cell.replaceChildren(
        make('ins', {}, orBlank(text)),
        ...[' (was ', make('del', {}, edit.was === '' ? 'blank' : edit.was), ')'],
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

import { trimCell } from '../cell-text.js';
import { type RawRow, usedWidth } from '../raw.js';
import type { CellKind } from '../table.js';
import type { MergeFiller } from './merges.js';
import type { SharedTexts } from './strings.js';
import type { NumberMeaning } from './styles.js';
import { UNUSUAL, UsualCell } from './usual-xml.js';
import { columnIndex, isoDate, plainNumber } from './values.js';
import { decodeEscapes, type XmlHandler } from './xml.js';
import { damaged, tooLarge } from './zip.js';

/** What every spreadsheet program holds to; beyond it a file is an attack or broken. */
const MAX_COLUMNS = 16_384;
const MAX_ROWS = 1_048_576;
const MAX_CELL_LENGTH = 32_767;

/** What of a workbook its worksheets refer to. */
export interface WorkbookParts {
  /** how messages name the file */
  readonly title: string;
  readonly strings: SharedTexts;
  readonly styles: readonly NumberMeaning[];
  readonly date1904: boolean;
}

interface Value {
  readonly text: string;
  readonly kind?: CellKind;
  readonly other?: string;
}

/** Makes rows of a worksheet's XML as it streams in. Blank rows are left out. */
export class SheetParser implements XmlHandler {
  readonly #book: WorkbookParts;
  readonly #merges: MergeFiller;
  #rows: RawRow[] = [];

  /** of the rows parsed so far, those that are not blank */
  usedRows = 0;
  /** of these, the hidden ones */
  hiddenRows = 0;
  /** column ranges (0-based, both ends included) that are hidden */
  readonly hiddenColumns: { from: number; to: number }[] = [];

  #row = 0;
  #rowHidden = false;
  #cells: string[] = [];
  #kinds: (CellKind | undefined)[] | undefined;
  #others: (string | undefined)[] | undefined;

  #column = -1;
  #type = 'n';
  #style = 0;
  #value: string | undefined;
  #formula: string | undefined;
  /** where text belongs now */
  #target: 'value' | 'formula' | undefined;
  #inPhonetic = false;
  readonly #usual = new UsualCell();
  /** whether any style shows a text as something else */
  readonly #stylesChangeTexts: boolean;

  constructor(book: WorkbookParts, merges: MergeFiller) {
    this.#book = book;
    this.#merges = merges;
    this.#stylesChangeTexts = book.styles.some((style) => changesTexts(style));
  }

  get waiting(): number {
    return this.#rows.length;
  }

  /** Hands out the rows parsed so far. */
  take(): RawRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  whole(xml: string, at: number): number {
    // no other element has a space or nothing behind its c
    if (xml.charCodeAt(at + 1) !== 0x63) return UNUSUAL;
    const cell = this.#usual;
    const end = cell.read(xml, at);
    if (end === UNUSUAL) return UNUSUAL;
    const column = cell.column === -1 ? this.#column + 1 : cell.column;
    if (column >= MAX_COLUMNS) return UNUSUAL;
    if (cell.type === 'n' && this.#book.styles[cell.style] !== undefined) return UNUSUAL;
    if (this.#stylesChangeTexts && changesTexts(this.#book.styles[cell.style])) return UNUSUAL;
    const text = cell.type === 's' ? this.#book.strings.get(cell.number) : cell.text;
    if (text === undefined || text.length > MAX_CELL_LENGTH) return UNUSUAL;
    this.#column = column;
    if (cell.type !== 'blank') this.#put(text, cell.type === 'n' ? 'number' : undefined, undefined);
    return end;
  }

  open(name: string, attributes: Record<string, string>): void {
    switch (name) {
      case 'c':
        this.#openCell(attributes);
        return;
      case 'v':
        this.#value ??= '';
        this.#target = 'value';
        return;
      case 't':
        if (this.#inPhonetic) return;
        this.#value ??= '';
        this.#target = 'value';
        return;
      case 'f':
        this.#formula = '';
        this.#target = 'formula';
        return;
      case 'rPh':
        this.#inPhonetic = true;
        return;
      case 'row':
        this.#openRow(attributes);
        return;
      case 'col':
        if (isTrue(attributes['hidden']))
          this.hiddenColumns.push({ from: Number(attributes['min']) - 1, to: Number(attributes['max']) - 1 });
        return;
    }
  }

  text(text: string): void {
    if (this.#target === 'value') this.#value += text;
    else if (this.#target === 'formula') this.#formula += text;
  }

  close(name: string): void {
    switch (name) {
      case 'v':
      case 't':
      case 'f':
        this.#target = undefined;
        return;
      case 'c':
        this.#closeCell();
        return;
      case 'rPh':
        this.#inPhonetic = false;
        return;
      case 'row':
        this.#closeRow();
        return;
    }
  }

  #openRow(attributes: Record<string, string>): void {
    const number = attributes['r'] === undefined ? this.#row + 1 : Number(attributes['r']);
    if (!Number.isInteger(number) || number < 1)
      throw damaged(this.#book.title, `a row has the number "${attributes['r']}"`);
    if (number > MAX_ROWS)
      throw tooLarge(this.#book.title, `it has a row ${number}; Excel has ${MAX_ROWS} at most`);
    this.#row = number;
    this.#rowHidden = isTrue(attributes['hidden']);
    this.#cells = [];
    this.#kinds = undefined;
    this.#others = undefined;
    this.#column = -1;
  }

  #openCell(attributes: Record<string, string>): void {
    const reference = attributes['r'];
    this.#column = reference === undefined ? this.#column + 1 : columnIndex(reference);
    if (!(this.#column >= 0)) throw damaged(this.#book.title, `a cell has the reference "${reference}"`);
    if (this.#column >= MAX_COLUMNS)
      throw tooLarge(this.#book.title, `row ${this.#row} has more than ${MAX_COLUMNS} columns`);
    this.#type = attributes['t'] ?? 'n';
    this.#style = Number(attributes['s'] ?? 0);
    this.#value = undefined;
    this.#formula = undefined;
  }

  #closeCell(): void {
    const { text, kind, other } = this.#resolve();
    if (text.length > MAX_CELL_LENGTH)
      throw tooLarge(this.#book.title, `a cell of row ${this.#row} has ${text.length} characters`);
    this.#put(text, kind, other);
  }

  #put(text: string, kind: CellKind | undefined, other: string | undefined): void {
    const trimmed = trimCell(text);
    if (trimmed === '') return;
    const cells = this.#cells;
    while (cells.length <= this.#column) cells.push('');
    cells[this.#column] = trimmed;
    if (kind) {
      this.#kinds ??= [];
      this.#kinds[this.#column] = kind;
    }
    if (other !== undefined) {
      this.#others ??= [];
      this.#others[this.#column] = other;
    }
  }

  #resolve(): Value {
    const value = this.#value;
    if (this.#formula !== undefined && (value === undefined || (value === '' && this.#type !== 'str')))
      return { text: `=${decodeEscapes(this.#formula)}`, kind: 'uncalculated' };
    if (value === undefined || value === '') return { text: '' };
    switch (this.#type) {
      case 's': {
        const text = this.#book.strings.get(Number(value));
        if (text === undefined)
          throw damaged(this.#book.title, `row ${this.#row} refers to a text that is missing`);
        return { text: this.#shownText(text) };
      }
      case 'str':
      case 'inlineStr':
        return { text: this.#shownText(decodeEscapes(value)) };
      case 'b':
        return booleanOf(value.trim());
      case 'e':
        return { text: value, kind: 'error' };
      case 'd':
        return {
          text: value
            .trim()
            .replace(/\.\d+|Z$/g, '')
            .replace(/T00:00:00$/, ''),
          kind: 'date',
        };
      default:
        return this.#number(value);
    }
  }

  #number(stored: string): Value {
    const meaning = this.#book.styles[this.#style];
    if (meaning === 'date') {
      const text = isoDate(Number(stored), this.#book.date1904);
      if (text !== undefined) return { text, kind: 'date' };
    }
    const number = plainNumber(stored);
    if (!number) throw damaged(this.#book.title, `a number in row ${this.#row} is "${stored.slice(0, 40)}"`);
    if (number.imprecise) return { text: number.text, kind: 'imprecise' };
    return typeof meaning === 'object' ? meaning.show(number.text) : { text: number.text, kind: 'number' };
  }

  #shownText(text: string): string {
    const meaning = this.#stylesChangeTexts ? this.#book.styles[this.#style] : undefined;
    return typeof meaning === 'object' ? meaning.showText(text) : text;
  }

  #closeRow(): void {
    const cells = this.#cells;
    const blank = usedWidth(cells) === 0;
    for (const column of this.#merges.fill(this.#row, cells)) {
      this.#kinds ??= [];
      this.#kinds[column] = 'merged';
    }
    // a row that has nothing of its own is blank, whatever range reaches into it
    if (blank) return;
    this.usedRows += 1;
    if (this.#rowHidden) this.hiddenRows += 1;
    const row = { number: this.#row, cells };
    const others = this.#others ? { others: this.#others } : {};
    this.#rows.push(this.#kinds ? { ...row, kinds: this.#kinds, ...others } : row);
  }
}

function changesTexts(meaning: NumberMeaning): boolean {
  return typeof meaning === 'object' && meaning.changesTexts;
}

/** 1 or 0 by the format; some programs write the word. */
function booleanOf(stored: string): Value {
  if (stored === '1' || /^true$/i.test(stored)) return { text: 'TRUE', kind: 'boolean' };
  if (stored === '0' || /^false$/i.test(stored)) return { text: 'FALSE', kind: 'boolean' };
  return { text: stored, kind: 'damaged' };
}

function isTrue(flag: string | undefined): boolean {
  return flag === '1' || flag === 'true' || flag === 'on';
}

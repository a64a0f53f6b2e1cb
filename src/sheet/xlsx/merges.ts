import { columnIndex, rowNumber } from './values.js';

/** A merged range: its value is in the first column (from 0) of its first row. */
export interface Merge {
  readonly column: number;
  readonly lastColumn: number;
  readonly first: number;
  readonly last: number;
}

const NAME = 'mergeCells';
const END = /<\/(?:\w+:)?mergeCells\s*>/;

/**
 * Finds the merged ranges of a worksheet, ordered by first row. They come after the rows in the file,
 * so this reads the whole part (and with it verifies its size and checksum); only what follows the rows is looked at.
 */
export async function readMerges(bytes: AsyncIterable<Buffer>): Promise<Merge[]> {
  let tail = Buffer.alloc(0);
  let found: string[] | undefined;
  let ended = false;
  for await (const chunk of bytes) {
    const joined = Buffer.concat([tail, chunk]);
    tail = joined.subarray(-48);
    if (found) {
      if (ended) continue;
      found.push(chunk.toString('latin1'));
      ended = END.test(joined.toString('latin1'));
      continue;
    }
    let at = joined.indexOf(NAME);
    // a cell's text may hold the word, but never behind a bare <
    while (at !== -1 && !/<(?:\w+:)?$/.test(joined.toString('latin1', Math.max(0, at - 32), at)))
      at = joined.indexOf(NAME, at + 1);
    if (at === -1) continue;
    found = [joined.toString('latin1', at)];
    ended = END.test(found[0] ?? '');
  }
  const merges: Merge[] = [];
  for (const [, from = '', to = ''] of (found ?? [])
    .join('')
    .matchAll(/<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z$\d]+):([A-Z$\d]+)["']/g)) {
    const columns = { column: columnIndex(from), lastColumn: columnIndex(to) };
    merges.push({ ...columns, first: rowNumber(from), last: rowNumber(to) });
  }
  return merges.sort((a, b) => a.first - b.first);
}

/** Repeats the value of a merged range in the rows below its first, while rows pass by in order. */
export class MergeFiller {
  readonly #merges: readonly Merge[];
  #next = 0;
  /** by column: merged ranges do not overlap */
  readonly #open = new Map<number, { last: number; text: string }>();

  constructor(merges: readonly Merge[]) {
    this.#merges = merges.filter(({ first, last }) => last > first);
  }

  /**
   * Sees the next row; fills its blank cells that belong to a range begun above.
   * @param cells the cells of row `number`; grown as needed
   * @returns the columns that were filled
   */
  fill(number: number, cells: string[]): number[] {
    const filled: number[] = [];
    for (const [column, merge] of this.#open) {
      if (merge.last < number) this.#open.delete(column);
      else if ((cells[column] ?? '') === '') {
        while (cells.length <= column) cells.push('');
        cells[column] = merge.text;
        filled.push(column);
      }
    }
    for (
      let merge = this.#merges[this.#next];
      merge && merge.first <= number;
      merge = this.#merges[this.#next]
    ) {
      this.#next += 1;
      const text = merge.first === number ? (cells[merge.column] ?? '') : '';
      if (text !== '') this.#open.set(merge.column, { last: merge.last, text });
    }
    return filled;
  }
}

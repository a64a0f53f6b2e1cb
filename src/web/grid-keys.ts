/** A cell: the index of its row, and its column; -1 is the number of the row. */
export interface Place {
  readonly index: number;
  readonly column: number;
}

/** What a key asks for: another cell, to change this one, the next problem or the one before, or what is offered. */
export type Act = Place | 'edit' | 'next' | 'previous' | 'use';

/** What a keyboard event says. */
interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** How far keys go: rows of a page, and the last row and column. */
interface Reach {
  readonly page: number;
  readonly lastIndex: number;
  readonly lastColumn: number;
}

/** What a key asks for at a cell; null for what is none of ours. */
export function actOf(
  { key, ctrlKey, altKey, metaKey }: Pressed,
  { index, column }: Place,
  { page, lastIndex, lastColumn }: Reach,
): Act | null {
  if (altKey || metaKey || (ctrlKey && key !== 'Home' && key !== 'End')) return null;
  const acts: Readonly<Record<string, Act>> = {
    ArrowUp: { index: index - 1, column },
    ArrowDown: { index: index + 1, column },
    ArrowLeft: { index, column: column - 1 },
    ArrowRight: { index, column: column + 1 },
    PageUp: { index: index - page, column },
    PageDown: { index: index + page, column },
    Home: { index: ctrlKey ? 0 : index, column: -1 },
    End: { index: ctrlKey ? lastIndex : index, column: lastColumn },
    ...{ Enter: 'edit', F2: 'edit', n: 'next', p: 'previous', a: 'use' },
  };
  return acts[key] ?? null;
}

import { COLUMN_NAMES, type ColumnName } from '../columns.js';

/** Texts of one column and what each stands for, '' for a blank cell; found in lower case. */
type TextsOfColumn = ReadonlyMap<string, string>;

/** Texts that stand for others, such as a billing system's `MST` for `US/Mountain`, or for a blank cell, such as `N/A`. */
export type Translations = ReadonlyMap<ColumnName, TextsOfColumn>;

/**
 * The translations of a table.
 *
 * @param values texts and what each stands for, by column; null or '' stands for a blank cell
 * @param blank texts that count as blank in every column that does not say otherwise of them
 */
export function readTranslations(
  values: Readonly<Partial<Record<ColumnName, Readonly<Record<string, string | null>>>>>,
  blank: readonly string[],
): Translations {
  const columns = blank.length > 0 ? COLUMN_NAMES : (Object.keys(values) as ColumnName[]);
  return new Map(
    columns.map((column) => {
      const texts = new Map(blank.map((text) => [found(text), '']));
      for (const [typed, text] of Object.entries(values[column] ?? {})) texts.set(found(typed), text ?? '');
      return [column, texts];
    }),
  );
}

/** Whether a text that is typed into a cell means a blank one. */
export function countsAsBlank(texts: TextsOfColumn | undefined, typed: string): boolean {
  return texts?.get(typed.toLowerCase()) === '';
}

function found(text: string): string {
  return text.trim().toLowerCase();
}

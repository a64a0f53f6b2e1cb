import { Planner } from '../execute/planner.js';
import type { Journal, StoredRow } from '../journal/journal.js';
import { headersOf } from '../records/headers.js';
import type { ImportRecord } from '../records/record.js';
import { Conditions, readOnly } from '../records/selection.js';
import { placeText } from '../results/wording.js';

/**
 * Tells of every row of a run whether `--only` names it.
 *
 * @param ofEarlierRun the result columns can be named, too
 * @param take hears of each row, in input order, and is waited for a page of rows at a time
 * @returns what a person has to know of it, each a sentence
 * @throws StopError `OPTION_INVALID`, `NOTHING_SELECTED`
 */
export async function selectRows(
  journal: Journal<ImportRecord>,
  only: readonly string[],
  ofEarlierRun: boolean,
  take: (row: StoredRow<ImportRecord>, isNamed: boolean) => Promise<void> | void,
): Promise<string[]> {
  const sources = journal.sources();
  const selectable = sources.map((source) => ({ id: source.id, headers: headersOf(source) }));
  const conditions = new Conditions(readOnly(only), selectable, ofEarlierRun);
  const planner = new Planner(journal);
  const namedIn = new Set<number>();
  let isAny = false;
  let taken: (Promise<void> | void)[] = [];
  for (const row of journal.rows()) {
    const isNamed = conditions.hold(row, () => planner.meaning(row));
    if (isNamed) namedIn.add(row.source);
    isAny ||= isNamed;
    taken.push(take(row, isNamed));
    if (taken.length < AT_ONCE) continue;
    await Promise.all(taken);
    taken = [];
  }
  await Promise.all(taken);
  if (only.length > 0 && !isAny) throw conditions.nothingSelected();
  const notices = conditions.unmet.map((text) => `No row has ${text}.`);
  if (conditions.nameRowsOnly && namedIn.size > 1) {
    const places = sources
      .filter(({ id }) => namedIn.has(id))
      .map(({ file, sheet }) => placeText({ file, sheet, row: 0 }));
    notices.push(
      `Several sheets have rows of these numbers: ${places.join('; ')}. To name one: --only inputFile=… or --only inputSheet=…`,
    );
  }
  return notices;
}

/** Rows whose writes are waited for together. */
const AT_ONCE = 200;

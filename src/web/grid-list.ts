import { make, orBlank } from './dom.js';

/** A change as the list below the grid shows it; `header` is null where a row is left out. */
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

/** Shows the changes of a sheet as they are now. @param undo null for whoever may take back none */
export async function listEdits(sheet: string, undo: ((n: number) => void) | null): Promise<void> {
  const answer = await fetch(`/sheets/${sheet}/edits`).catch(() => null);
  if (!answer?.ok) return;
  const { edits } = (await answer.json()) as { edits: readonly ListedEdit[] };
  const who = document.querySelector('#who');
  if (who) who.textContent = `${whose(edits)}. The upload itself stays as it is.`;
  const items = edits.slice(0, MOST_LISTED).map((edit) => itemOf(edit, undo));
  document.querySelector('#edits')?.replaceChildren(...items);
}

function whose(edits: readonly ListedEdit[]): string {
  const counts = new Map<string, number>();
  for (const { by } of edits) counts.set(by, (counts.get(by) ?? 0) + 1);
  const told = [...counts].map(([by, count]) => `${count} ${count === 1 ? 'edit' : 'edits'} by ${by}`);
  return told.length === 0 ? 'Nothing is changed' : told.join(', ');
}

function itemOf(
  { n, sheet, row, header, was, text, by, at }: ListedEdit,
  undo: ((n: number) => void) | null,
): HTMLElement {
  const where = `${sheet === null ? '' : `${sheet}, `}row ${row}`;
  const item = make('li', {}, `${where}${header === null ? ': left out ' : ', '}`);
  if (header !== null)
    item.append(
      ...[make('b', {}, header), ': ', make('del', {}, orBlank(was)), ' → '],
      ...[make('ins', {}, orBlank(text)), ' '],
    );
  const when = at === '' ? '' : new Date(at).toLocaleTimeString();
  item.append(make('span', { class: 'quiet' }, `${by}, ${when} `));
  if (undo === null) return item;
  const what = `Undo the change of row ${row}${header === null ? '' : `, ${header}`}`;
  const button = make('button', { type: 'button', 'aria-label': what }, 'Undo');
  button.addEventListener('click', () => undo(n));
  item.append(button);
  return item;
}

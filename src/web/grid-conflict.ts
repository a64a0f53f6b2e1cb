import { make, orBlank } from './dom.js';

/** A cell that somebody else has changed meanwhile, as it is now. */
export interface Conflict {
  readonly row: number;
  readonly header: string | null;
  readonly text: string;
  readonly by: string;
}

/** Asks what is to be kept of a cell that somebody else has changed meanwhile. */
export function keepsMine(
  mine: { readonly header: string; readonly row: number; readonly text: string },
  theirs: Conflict,
): Promise<boolean> {
  const who = theirs.by === '' ? 'somebody else' : theirs.by;
  const dialog = make('dialog', { 'aria-labelledby': 'conflict-title' });
  const list = make('dl');
  list.append(
    ...[make('dt', {}, `What ${who} has typed`), make('dd', { dir: 'auto' }, orBlank(theirs.text))],
    ...[make('dt', {}, 'What you have typed'), make('dd', { dir: 'auto' }, orBlank(mine.text))],
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

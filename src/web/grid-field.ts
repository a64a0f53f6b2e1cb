import { make } from './dom.js';

/** How somebody ends typing: with Enter, with Escape, or by going elsewhere. */
export type Ending = 'enter' | 'escape' | 'left';

/** A field in a cell, which has the focus. */
export interface Field {
  readonly element: HTMLInputElement;
  /** Ends it as if whoever types had gone elsewhere. */
  leave(): void;
}

/** Opens a field in a cell. @param ended told once, with what was typed */
export function openField(
  cell: HTMLElement,
  { label, text, isSecret }: { readonly label: string; readonly text: string; readonly isSecret: boolean },
  ended: (typed: string, how: Ending) => void,
): Field {
  const element = make('input', {
    ...{ type: isSecret ? 'password' : 'text', dir: 'auto', autocomplete: 'off', spellcheck: 'false' },
    ...{ 'aria-label': label, 'aria-describedby': 'reason' },
  });
  element.value = isSecret ? '' : text;
  let isOpen = true;
  const end = (how: Ending) => {
    if (!isOpen) return;
    isOpen = false;
    const { value } = element;
    element.remove();
    ended(value, how);
  };
  element.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    event.preventDefault();
    end(event.key === 'Enter' ? 'enter' : 'escape');
  });
  element.addEventListener('blur', () => end('left'));
  cell.replaceChildren(element);
  element.focus({ preventScroll: true });
  element.select();
  return { element, leave: () => end('left') };
}

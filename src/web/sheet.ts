/** The pages of one sheet: forms that are not saved, and what changes elsewhere meanwhile. */
import { showOthers } from './others.js';
import { renewPage } from './renewal.js';
import { watchTopic } from './topic.js';

/** What is told of a sheet; its pages are others when `revision` or `page` is. */
interface LiveSheet {
  readonly revision: string;
  readonly page: string;
  readonly others: readonly string[];
  readonly jobs: readonly {
    readonly kind: string;
    readonly endedAt: string | null;
    readonly read: number | null;
  }[];
}

const watched = document.querySelector<HTMLElement>('#sheet-live');
const topic = watched?.dataset['topic'] ?? '';
const shown = watched?.dataset['page'] ?? '';
const news = document.querySelector<HTMLElement>('#sheet-news');
let endWatch = () => {};

/** Whether somebody has typed something that is not saved. */
function isChanged(form: HTMLFormElement): boolean {
  return [...form.elements].some((element) => {
    if (element instanceof HTMLInputElement)
      return element.type === 'checkbox'
        ? element.checked !== element.defaultChecked
        : element.value !== element.defaultValue;
    if (element instanceof HTMLTextAreaElement) return element.value !== element.defaultValue;
    return false;
  });
}

let isSending = false;
const forms = [...document.querySelectorAll<HTMLFormElement>('form[data-watch]')];
for (const form of forms) {
  const said = form.querySelector<HTMLElement>('[data-watch-said]');
  form.addEventListener('input', () => {
    const text = isChanged(form) ? (form.dataset['watch'] ?? '') : '';
    if (said && said.textContent !== text) said.textContent = text;
  });
}
// a page that is shown anew would undo a click
document.addEventListener('submit', () => {
  isSending = true;
});
window.addEventListener('beforeunload', (event) => {
  if (!isSending && forms.some(isChanged)) event.preventDefault();
});

function show(text: string): void {
  const live = JSON.parse(text) as LiveSheet | { readonly gone: true };
  if ('gone' in live) {
    endWatch();
    renewPage(() => show(text));
    return;
  }
  showOthers(live.others);
  const check = live.jobs.find(({ kind, endedAt }) => kind === 'check' && endedAt === null);
  const place = document.querySelector('[data-slot="checked"]');
  if (place && typeof check?.read === 'number')
    place.textContent = `${check.read.toLocaleString('en-US')} rows so far`;
  if (`${live.revision} ${live.page}` === shown || isSending) return;
  if (!forms.some(isChanged)) {
    endWatch();
    renewPage(() => show(text));
  } else if (news && news.childElementCount === 0) {
    const said = document.createElement('p');
    said.textContent = 'This sheet is another by now than this page shows. What you typed is not saved yet. ';
    const link = document.createElement('a');
    link.href = location.href;
    link.textContent = 'Show it as it is now';
    said.append(link);
    news.replaceChildren(said);
  }
}

if (topic !== '') endWatch = watchTopic(topic, show);

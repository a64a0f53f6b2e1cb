/** The pages of one sheet: forms that are not saved, and what changes elsewhere meanwhile. */

/** What is told of a sheet; its pages are others when `revision` or `page` is. */
interface LiveSheet {
  readonly revision: string;
  readonly page: string;
  readonly others: readonly string[];
  readonly jobs: readonly {
    readonly kind: string;
    readonly endedAt: string | null;
    readonly progress: { readonly done: number; readonly total: number } | null;
  }[];
}

/** Failures in a row after which the page asks by itself. */
const FAILURES = 2;
const ASK_MS = 5000;

const watched = document.querySelector<HTMLElement>('#sheet-live');
const topic = watched?.dataset['topic'] ?? '';
const shown = watched?.dataset['page'] ?? '';
const news = document.querySelector<HTMLElement>('#sheet-news');
let source: EventSource | null = null;
let failures = 0;
let asking: ReturnType<typeof setInterval> | undefined;

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
    follow(true);
    location.reload();
    return;
  }
  const others = document.querySelector<HTMLElement>('[data-slot="sheet-others"]');
  if (others) {
    const names = live.others.join(', ');
    const said =
      names === '' ? '' : `${names} ${live.others.length === 1 ? 'has' : 'have'} this sheet open, too.`;
    if (others.textContent !== said) others.textContent = said;
    others.hidden = said === '';
  }
  const check = live.jobs.find(({ kind, endedAt }) => kind === 'check' && endedAt === null);
  const place = document.querySelector('[data-slot="checked"]');
  if (place && check?.progress) place.textContent = `${check.progress.done.toLocaleString()} rows so far`;
  if (`${live.revision} ${live.page}` === shown || isSending) return;
  if (!forms.some(isChanged)) {
    follow(true);
    // what has the focus has it again
    sessionStorage.setItem('focus', `${location.pathname} ${document.activeElement?.id ?? ''}`);
    location.reload();
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

/** A tab that nobody sees holds no stream: a browser opens six at most to one server. */
function follow(end: boolean): void {
  if (end || document.hidden) {
    source?.close();
    source = null;
    return;
  }
  if (source || topic === '') return;
  source = new EventSource(`/events?topic=${encodeURIComponent(topic)}`);
  source.addEventListener('snapshot', (event) => {
    failures = 0;
    clearInterval(asking);
    asking = undefined;
    show(event.data);
  });
  source.addEventListener('error', () => {
    if (++failures < FAILURES || asking !== undefined) return;
    asking = setInterval(async () => {
      const answer = await fetch(`/state?topic=${encodeURIComponent(topic)}`).catch(() => null);
      if (answer?.ok) show(await answer.text());
    }, ASK_MS);
  });
}

const [path, id] = (sessionStorage.getItem('focus') ?? '').split(' ');
sessionStorage.removeItem('focus');
if (path === location.pathname && id) document.getElementById(id)?.focus();
document.addEventListener('visibilitychange', () => follow(false));
follow(false);

export {};

import { renewPage } from './renewal.js';
import { watchTopic } from './topic.js';

/** What a run says of itself while it is watched. */
interface LiveRun {
  /** another text: another page */
  readonly page: string;
  /** texts by the place that shows them */
  readonly texts: Readonly<Record<string, string>>;
  readonly bar: { readonly done: number; readonly total: number; readonly text: string } | null;
  /** of a sheet */
  readonly revision?: string;
  readonly total: number;
  readonly rows?: string;
  readonly counts: readonly { readonly status: string; readonly count: number; readonly look: string }[];
}

/** A screen reader hears every tenth. */
const TENTHS = 10;

const watched = document.querySelector<HTMLElement>('#live');
const topic = watched?.dataset['topic'] ?? '';
let first = watched?.dataset['page'] ?? '';
let tenth = -1;

/** What a screen reader hears; who sees has the bar, which is newer. */
const heard = document.createElement('p');
heard.className = 'unseen';
heard.setAttribute('role', 'status');
watched?.append(heard);

/** Whoever has begun to fill in a form, or to upload, must not lose it to a page that is newer. */
let isBegun = false;
document.addEventListener('input', () => {
  isBegun = true;
});

function renew(): void {
  const uploading = document.querySelector<HTMLElement>('#uploading');
  if (!isBegun && (uploading === null || uploading.hidden)) renewPage(renew);
  else tell('Something has changed since this page was shown: load it again to see it.');
}

/** The standing of what is shown is in the page itself: where it is another, the page is another. */
function show(text: string): void {
  if (topic === 'list') {
    if (first !== '' && first !== text) renew();
    first = text;
    return;
  }
  const run = JSON.parse(text) as LiveRun | { readonly gone: true };
  if ('gone' in run) {
    renew();
    return;
  }
  const page = run.revision === undefined ? run.page : `${run.revision} ${run.page}`;
  if (first !== '' && first !== page) renew();
  first = page;
  for (const [name, told] of Object.entries(run.texts)) setText(`[data-slot="${name}"]`, told);
  showBar(run);
  if (run.rows === undefined) return;
  setText('[data-slot="rows"]', run.rows);
  showCounts(run);
}

function showBar({ bar }: LiveRun): void {
  const shown = document.querySelector<HTMLProgressElement>('#progress');
  if (!shown || !bar) return;
  setText('[data-slot="done"]', bar.text);
  shown.max = Math.max(1, bar.total);
  shown.value = bar.done;
  const now = Math.floor((bar.done / Math.max(1, bar.total)) * TENTHS);
  if (now !== tenth) heard.textContent = `${bar.text}.`;
  tenth = now;
}

function showCounts({ counts, total }: LiveRun): void {
  const body = document.querySelector('#counts');
  if (!body) return;
  body.replaceChildren(
    ...counts.map(({ status, count, look }) => {
      const row = document.createElement('tr');
      const name = document.createElement('th');
      name.scope = 'row';
      name.textContent = status;
      const bar = document.createElement('td');
      bar.className = look;
      bar.setAttribute('aria-hidden', 'true');
      bar.append(barOf(count / Math.max(1, total)));
      const number = document.createElement('td');
      number.className = 'n';
      number.textContent = count.toLocaleString('en-US');
      row.append(name, bar, number);
      return row;
    }),
  );
}

const SVG = 'http://www.w3.org/2000/svg';

function barOf(share: number): SVGElement {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', '0 0 1000 10');
  picture.setAttribute('preserveAspectRatio', 'none');
  const bar = document.createElementNS(SVG, 'rect');
  bar.setAttribute('height', '10');
  bar.setAttribute('width', String(Math.round(share * 1000)));
  picture.append(bar);
  return picture;
}

function setText(selector: string, text: string): void {
  const element = document.querySelector(selector);
  if (element) element.textContent = text;
}

function tell(text: string): void {
  setText('#said', text);
}

if (topic !== '') watchTopic(topic, show);

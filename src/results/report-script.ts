/** The part of the script of `report.html` that touches no page: how rows are found. */
export const SEARCH = String.raw`
const LETTERS = { 'ø': 'o', 'ł': 'l', 'đ': 'd', 'æ': 'ae', 'œ': 'oe', 'ß': 'ss' };
const fold = (text) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replace(/[øłđæœß]/g, (letter) => LETTERS[letter]);
const bare = (text) => text.replace(/[^\p{L}\p{N}\n]/gu, '');
/** What a row is found by: its texts, and its numbers and MAC addresses without what stands between the digits. */
function indexed(row) {
  const [, place, status, account, customer, what, number, more, note] = row;
  const text = fold([place, status, account, customer, what, number, more, note].join('\n'));
  return [text, bare(fold([account, number, more].join('\n')))];
}
/** The words that all have to be found; a telephone number is one word however it is written. */
function wordsOf(query) {
  const text = fold(query).trim();
  const digits = text.replace(/\D/g, '');
  return /^[+\d\s().-]+$/.test(text) && digits.length >= 7 ? [digits] : text.split(/\s+/).filter(Boolean);
}
function isHit([text, compact], words) {
  return words.every((word) => {
    if (text.includes(word)) return true;
    const short = bare(word);
    return short.length >= 3 && compact.includes(short);
  });
}
/** The positions of the rows that match. */
function found(rows, texts, query, status) {
  const words = wordsOf(query);
  const hits = [];
  for (let at = 0; at < rows.length; at += 1)
    if ((status === '' || rows[at][2] === status) && isHit(texts[at], words)) hits.push(at);
  return hits;
}
`;

/** The script of `report.html`. What it puts into the page it puts there as text. */
export const SCRIPT = String.raw`${SEARCH}
const byId = (id) => document.getElementById(id);
const counted = (count, noun) => count.toLocaleString('en-US') + ' ' + noun + (count === 1 ? '' : 's');

const search = byId('search');
const groups = [...document.querySelectorAll('details[data-kind]')].map((element) => ({
  element,
  title: element.querySelector('.t').textContent.toLowerCase(),
  rows: [...element.querySelectorAll('tbody tr')].map((row) => [row, row.textContent.toLowerCase()]),
}));
function filterProblems() {
  const kind = document.querySelector('input[name=kind]:checked').value;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let causes = 0, places = 0;
  for (const { element, title, rows } of groups) {
    let hits = 0;
    for (const [row, text] of rows) {
      const hit = words.every((word) => text.includes(word) || title.includes(word));
      row.hidden = !hit;
      if (hit) hits += 1;
    }
    const shown = (kind === '' || element.dataset.kind === kind) && hits > 0;
    element.hidden = !shown;
    if (words.length > 0 && shown) element.open = true;
    if (shown) { causes += 1; places += hits; }
  }
  byId('shown').textContent = causes === 0 ? 'Nothing matches.' :
    counted(causes, 'cause') + ', ' + counted(places, 'place') + ' listed.';
}
if (search) {
  const filter = document.querySelector('.problems .filter');
  filter.hidden = false;
  filter.addEventListener('input', filterProblems);
  filterProblems();
}

const PAGE = 50;
const COLUMNS = [...document.querySelectorAll('#all-rows th')].map((header) => header.textContent);
async function unpacked(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text());
}
function rowElement({ sources, looks }, [source, place, status, account, customer, what, number, more, note]) {
  const element = document.createElement('tr');
  const where = (sources.length > 1 ? sources[source] + ', ' : '') + 'row ' + place;
  const texts = [where, status, [account, customer].filter(Boolean).join(' · '), what, number, note];
  texts.forEach((text, at) => {
    const cell = element.insertCell();
    cell.dataset.label = COLUMNS[at];
    if (at === 1) {
      const tag = document.createElement('span');
      tag.className = 'tag ' + looks[status];
      tag.textContent = text;
      cell.append(tag);
    } else cell.textContent = text;
  });
  if (more !== '') element.title = more;
  return element;
}
function listRows(index) {
  const { rows } = index;
  const texts = rows.map(indexed);
  const body = document.querySelector('#all-rows tbody');
  const input = byId('row-search'), select = byId('row-status'), next = byId('row-more');
  let hits = [], listed = 0;
  const list = () => {
    const part = hits.slice(listed, listed + PAGE);
    body.append(...part.map((at) => rowElement(index, rows[at])));
    listed += part.length;
    next.hidden = listed === hits.length;
    byId('row-count').textContent = hits.length === 0 ? 'Nothing matches.' :
      counted(hits.length, 'row') + (listed < hits.length ? ', the first ' + listed + ' listed.' : '.');
  };
  const show = () => {
    hits = found(rows, texts, input.value, select.value);
    listed = 0;
    body.replaceChildren();
    list();
  };
  let timer = 0;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  select.addEventListener('input', show);
  next.addEventListener('click', list);
  byId('row-tools').hidden = false;
  show();
}
if (byId('packed'))
  unpacked(byId('packed').content.textContent).then(listRows, () => {
    byId('row-count').textContent = 'This browser is too old to list them here.';
  });

const openTarget = () => {
  const target = byId(location.hash.slice(1));
  if (target && target.tagName === 'DETAILS') target.open = true;
};
addEventListener('hashchange', openTarget);
openTarget();
let opened = [];
addEventListener('beforeprint', () => {
  opened = groups.map(({ element }) => element).filter((element) => !element.open);
  for (const element of opened) element.open = true;
});
addEventListener('afterprint', () => { for (const element of opened) element.open = false; });
`;

import { type Html, html } from '../../results/html.js';
import { bytesText, counted } from '../../results/wording.js';
import type { SheetCheck } from '../sheets/checks.js';
import type { Look } from '../sheets/looks.js';
import type { Sheet } from '../sheets/sheets.js';
import { time } from './layout.js';

/** A sheet, as all its pages show it. */
export interface SheetView {
  readonly sheet: Sheet;
  readonly revision: string;
  readonly check: SheetCheck | null;
  /** a later upload under the same name */
  readonly newer: Sheet | null;
  /** what is known of its headers; null while nobody has looked */
  readonly look: Look | null;
  /** whether whoever looks may put something right, check and try it */
  readonly mayChange: boolean;
  /** the text by which a page knows that it shows what is */
  live(): string;
}

const TABS = {
  headers: '1 Headers',
  problems: '2 Problems',
  'dry-run': '3 Dry run',
  start: '4 Start',
} as const;

export type SheetTab = keyof typeof TABS;

/**
 * What stands above each page of a sheet: its name, whose it is, what its check said, and the way to the other pages.
 * @param current null for the page that is none of them
 * @param environment where the dry run and the start that is looked at go; null where none is
 */
export function sheetTabs(
  view: SheetView,
  current: SheetTab | null,
  environment: string | null = null,
): Html {
  const { sheet, revision, newer } = view;
  const link = (tab: SheetTab) => {
    const goesThere = environment !== null && (tab === 'dry-run' || tab === 'start');
    const path = `/sheets/${sheet.id}/${tab}${goesThere ? `?environment=${environment}` : ''}`;
    return tab === current
      ? html`<a href="${path}" aria-current="page">${TABS[tab]}</a>`
      : html`<a href="${path}">${TABS[tab]}</a>`;
  };
  const title =
    current === null ? html`${sheet.name}` : html`<a href="/sheets/${sheet.id}">${sheet.name}</a>`;
  return html`<h1 dir="auto">${title}</h1>
<p class="quiet">${bytesText(sheet.bytes)}, uploaded ${time(sheet.at)} by ${sheet.by} · state <code>${revision}</code> · ${sheetText(view)} · <a href="/sheets/${sheet.id}/keep">until when it is kept</a></p>
${newer === null ? '' : html`<p class="card note">A sheet of this name was uploaded again ${time(newer.at)} by ${newer.by}: <a href="/sheets/${newer.id}">go to that one</a>.</p>`}
<nav class="tabs" aria-label="Sheet">${(Object.keys(TABS) as SheetTab[]).map(link)}</nav>
<div id="sheet-live" data-topic="sheet:${sheet.id}" data-page="${view.live()}"></div>
<div id="sheet-news" role="status"></div>
<p class="card note" role="status" data-slot="sheet-others" hidden></p>`;
}

/** What is known of a sheet, in a few words. */
export function sheetText({ check, look }: SheetView): string {
  if (look !== null && 'error' in look)
    return look.likely === undefined ? 'cannot be read' : 'headers not known';
  if (check === null) return 'not checked yet';
  const rows = counted(check.valid + check.invalid, 'row');
  const found = check.invalid === 0 ? 'all valid' : `${check.invalid.toLocaleString('en-US')} invalid`;
  return `${rows}, ${found}${check.isCurrent ? '' : ' before the last change'}`;
}

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CLI } from '../fixtures/cli.js';
import type { Serving } from './serving.js';

/**
 * The browser of the system: Debian's, or the one that `CHROMIUM` names.
 * @param more further arguments of its command line
 */
export function startBrowser(more: readonly string[] = []): Promise<Browser> {
  const places = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const executablePath = places.find((place) => place !== undefined && existsSync(place));
  if (executablePath === undefined)
    throw new Error(
      'These tests need chromium: install it (apt-get install chromium), or name it in CHROMIUM.',
    );
  // A container has no user that could have a sandbox of its own.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', ...more];
  return chromium.launch({ executablePath, args });
}

/** How long whatever a page is waited for may take where the machine is busy, milliseconds. */
const BUSY_MS = 60_000;

/** A page with what went wrong in it. */
export interface Watched {
  readonly page: Page;
  /** errors of scripts, violations of the policy, and requests to anywhere else */
  readonly wrong: string[];
}

/** A page whose errors, violations of the policy and requests to other places are noted. */
export async function watchedPage(context: BrowserContext, address: string): Promise<Watched> {
  const page = await context.newPage();
  page.setDefaultTimeout(BUSY_MS);
  // the page that is left may show itself anew at that moment
  const goto = page.goto.bind(page);
  page.goto = (address, options) => lookedAt(page, () => goto(address, options));
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 401/.test(message.text()))
      wrong.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(address)) wrong.push(`request: ${request.url()}`);
  });
  return { page, wrong };
}

/** An address that logs in, with a new token. */
export function tokenOf({ directory }: Serving): string {
  return execFileSync(process.execPath, [CLI, 'serve', '--token', directory], { encoding: 'utf8' }).trim();
}

/** The page of whoever has the terminal: logged in with a token of its own. */
export async function ownersPage(context: BrowserContext, serving: Serving): Promise<Watched> {
  const watched = await watchedPage(context, serving.origin);
  await watched.page.goto(tokenOf(serving));
  await watched.page.getByRole('heading', { name: 'Now' }).waitFor();
  return watched;
}

/** Looks at a page again when it has loaded itself anew meanwhile, as pages do that show what goes on. */
export async function lookedAt<T>(page: Page, look: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++)
    try {
      return await look();
    } catch (error) {
      if (turn === LOOKS || !/navigat|context/i.test(String(error))) throw error;
      await page.waitForLoadState();
    }
}

const LOOKS = 5;

/** How wide a page is, pixels: wider than its window where it does not fit. */
export function widthOf(page: Page): Promise<unknown> {
  return lookedAt(page, () => page.evaluate('document.documentElement.scrollWidth'));
}

/** What axe finds against WCAG 2.2 AA, a line each. */
export function accessibilityOf(page: Page): Promise<string[]> {
  return lookedAt(page, () => violationsIn(page));
}

async function violationsIn(page: Page): Promise<string[]> {
  // in the isolated world of the debugger, which the policy of the page does not bind
  const client = await page.context().newCDPSession(page);
  await client.send('Page.setBypassCSP', { enabled: true });
  await client.send('Runtime.evaluate', { expression: axe.source });
  const { result } = await client.send('Runtime.evaluate', {
    expression: `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await client.detach();
  return JSON.parse(String(result.value)) as string[];
}

import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SANDBOX_PASSWORD, SANDBOX_USERNAME, type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { LiveStreams } from '../../src/serve/live.js';
import { type CliProcess, startCli } from '../fixtures/cli.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { startBrowser, watchedPage } from './browser.js';
import { type BufferingProxy, startBufferingProxy } from './buffering-proxy.js';
import { portOf, type Serving, startServing } from './serving.js';
import { Visitor } from './visitor.js';

const SAMPLES = join(import.meta.dirname, '../../samples');
/** Bytes over the wire of a page with all that it loads. */
const MOST = 60_000;
const PATIENT = { timeout: 60_000 };

let browser: Browser;
let sandbox: Sandbox;
let proxy: BufferingProxy;
let serving: Serving;
let cookie: string;
/** the server without the proxy */
let direct: string;
let going: CliProcess;

beforeAll(async () => {
  browser = await startBrowser();
  sandbox = await startSandbox({ latencyMs: 150, logBodies: false });
  proxy = await startBufferingProxy();
  serving = await startServing(undefined, '--behind-proxy', '--public-url', proxy.origin);
  direct = `http://127.0.0.1:${await portOf(serving)}`;
  proxy.to = direct;
  cookie = await serving.logIn();
  const runs = join(serving.directory, 'runs');
  const run = (...args: string[]) =>
    startCli(['run', ...args, '--quiet'], {
      cwd: serving.directory,
      env: { ALIANZA_USERNAME: SANDBOX_USERNAME, ALIANZA_PASSWORD: SANDBOX_PASSWORD },
    });
  await Promise.all([
    run(join(SAMPLES, 'mixed.xlsx'), '--out', join(runs, 'good')).ended,
    run(join(SAMPLES, 'mistakes.csv'), '--out', join(runs, 'bad')).ended,
  ]);
  const sheet = join(serving.directory, 'many.csv');
  writeFileSync(sheet, csvOf(mixedRows(800)));
  going = run(...[sheet, '--out', join(runs, 'going'), '--base-url', sandbox.url, '--concurrency', '1']);
  const visitor = new Visitor({ ...serving, origin: direct }, cookie);
  const begun = async () => (await visitor.ask('/state?topic=run:going')).text();
  while (!(await begun()).includes('"standing":"going on"')) await wait(300);
});
afterAll(async () => {
  await browser.close();
  going.kill();
  proxy.close();
  await serving.stop();
  await sandbox.close();
});

/** A browser that is logged in, at the server and at the proxy before it. */
async function loggedIn(): Promise<BrowserContext> {
  const context = await browser.newContext();
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: direct }]);
  return context;
}

const doneIn = async (page: Page): Promise<number> =>
  Number(await page.locator('#progress').getAttribute('value', PATIENT));

/** Waits until a page shows that the run has got on. */
async function follows(page: Page): Promise<void> {
  const before = await doneIn(page);
  await expect.poll(() => doneIn(page), PATIENT).toBeGreaterThan(before);
}

const ASKS = 'the page asks every five seconds';
const says = (page: Page) => page.locator('[data-slot="connection"]', { hasText: ASKS });

describe('a proxy that holds back what it passes on', () => {
  it('lets numbers through as they come where it is told so; where it is not, the page asks, and says so', async () => {
    const context = await loggedIn();
    const { page, wrong } = await watchedPage(context, proxy.origin);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/state?')) asked.push(request.url());
    });
    await page.goto(`${proxy.origin}/runs/going`);
    await follows(page);
    expect(asked).toEqual([]);
    expect(await says(page).isVisible()).toBe(false);
    proxy.obeys = false;
    await page.reload();
    await says(page).waitFor(PATIENT);
    await follows(page);
    expect(asked.length).toBeGreaterThan(0);
    // nothing answers there: the page goes on trying, and goes on when there is somebody again
    proxy.to = 'http://127.0.0.1:1';
    await page.getByText('The server is not reached; the page goes on trying.').waitFor(PATIENT);
    Object.assign(proxy, { to: direct, obeys: true });
    await follows(page);
    const lost = /ERR_EMPTY_RESPONSE|ERR_CONNECTION|ERR_INCOMPLETE/;
    expect(wrong.filter((each) => !lost.test(each))).toEqual([]);
    await context.close();
  }, 90_000);
});

describe('streams', () => {
  afterEach(() => void vi.useRealTimers());

  it('are 200 at most, and say something every 15 seconds', async () => {
    vi.useFakeTimers();
    const streams = new LiveStreams();
    const open = (session: string) =>
      streams.open(
        session,
        async () => ({ n: 1 }),
        new AbortController().signal,
        () => true,
      );
    const all = Array.from({ length: 200 }, (_, at) => open(`session ${at % 50}`));
    expect(all.filter((each) => each === null)).toEqual([]);
    expect(open('one more')).toBe(null);
    const reader = all[0]?.getReader();
    let said = '';
    const read = async () => {
      for (;;) {
        const { done = true, value } = (await reader?.read()) ?? {};
        if (done) return;
        said += Buffer.from(value ?? []).toString();
      }
    };
    const end = read();
    await vi.advanceTimersByTimeAsync(31_000);
    streams.close();
    await end;
    expect(said.match(/^(id|event): .*$/gm)).toEqual([
      ...['id: 1', 'event: snapshot', 'event: ping', 'event: ping'],
    ]);
    expect(open('one more')).not.toBe(null);
    streams.close();
  });
});

describe('nine tabs of one browser', () => {
  it('all show a run and follow it to its end; those without a stream say that they ask', async () => {
    const context = await loggedIn();
    const tabs = await Promise.all(Array.from({ length: 9 }, () => watchedPage(context, direct)));
    await Promise.all(tabs.map(({ page }) => page.goto(`${direct}/runs/going`)));
    const pages = tabs.map(({ page }) => page);
    await Promise.all(pages.map(follows));
    // a session has four streams
    const asking = () => Promise.all(pages.map((page) => says(page).isVisible()));
    await expect.poll(async () => (await asking()).filter(Boolean).length, PATIENT).toBe(5);
    // a tab that nobody sees needs none: who is seen again has one
    const see = (page: Page, hidden: boolean) =>
      page.evaluate(`{
        Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }`);
    const waiting = pages[(await asking()).indexOf(true)] as Page;
    await Promise.all(pages.map((page) => see(page, true)));
    const free = async () =>
      (await fetch(`${direct}/events?topic=list`, { method: 'HEAD', headers: { Cookie: cookie } })).status;
    await expect.poll(free, PATIENT).toBe(200);
    const stream = waiting.waitForResponse(/\/events\?/, PATIENT);
    await see(waiting, false);
    expect((await stream).status()).toBe(200);
    expect(await says(waiting).isVisible()).toBe(false);
    await follows(waiting);
    await Promise.all(pages.map((page) => see(page, false)));
    going.signal('SIGTERM');
    expect((await going.ended).code).toBe(4);
    const stopped = (page: Page) => page.locator('[data-slot="standing"]', { hasText: 'stopped' });
    await Promise.all(pages.map((page) => stopped(page).waitFor(PATIENT)));
    const refused = /status of 429/;
    expect(tabs.flatMap(({ wrong }) => wrong).filter((each) => !refused.test(each))).toEqual([]);
    await context.close();
  }, 120_000);
});

describe('the first load of a page', () => {
  it('is 60 kB at most with all that it loads, however much there is to show', async () => {
    const runs = join(serving.directory, 'runs');
    for (let at = 0; at < 60; at++) cpSync(join(runs, 'good'), join(runs, `good-${at}`), { recursive: true });
    const own = new Visitor({ ...serving, origin: direct }, cookie);
    const spoilt = mixedRows(4000).map((row, at) => ({
      ...row,
      ...{ timeZone: `Rocky time ${at}`, userProductPlan: `Golden plan ${at}`, emailAddress: `at ${at}` },
      ...{ state: `State ${at}`, extension: `x${at}`, numberSource: `Number source ${at}` },
    }));
    const sheet = await own.uploaded('spoilt.csv', csvOf(spoilt));
    await own.checked(sheet);
    const window = await (await own.ask(`/sheets/${sheet}/rows?count=100000`)).json();
    expect(window).toMatchObject({ total: 4000, rows: { length: 200 } });
    const context = await loggedIn();
    const page = await context.newPage();
    const client = await context.newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.setCacheDisabled', { cacheDisabled: true });
    let bytes = 0;
    const open = new Map<string, string>();
    client.on('Network.requestWillBeSent', ({ requestId, type, request }) => {
      if (type !== 'EventSource' && type !== 'Other') open.set(requestId, `${type} ${request.url}`);
    });
    client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      bytes += encodedDataLength;
      open.delete(requestId);
    });
    client.on('Network.loadingFailed', ({ requestId }) => void open.delete(requestId));
    const found: [string, number][] = [];
    for (const path of [
      ...['/', '/sheets', '/runs', '/runs/good', '/runs/bad', '/runs/good/undo', '/runs/good/keep'],
      ...[
        '',
        '/headers',
        '/problems',
        '/problems?cause=0',
        '/rows',
        '/rows?filter=errors',
        '/rows/2?sheet=1',
      ].map((each) => `/sheets/${sheet}${each}`),
      ...['/dry-run', '/start', '/keep'].map((each) => `/sheets/${sheet}${each}`),
      ...['/audit', '/settings', '/login'],
    ]) {
      bytes = 0;
      open.clear();
      await page.goto(direct + path);
      if (path.includes('/rows')) await page.getByText('Golden plan 0').first().waitFor();
      await expect.poll(() => [...open.values()], PATIENT).toEqual([]);
      found.push([path, bytes]);
    }
    expect(found.filter(([, each]) => each > MOST)).toEqual([]);
    // and it is measured: no page is less than its style
    expect(found.filter(([, each]) => each < 5000)).toEqual([]);
    await context.close();
  }, 120_000);
});

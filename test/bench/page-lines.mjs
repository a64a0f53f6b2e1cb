import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CLI, startServer } from './measure.mjs';
import { mixedRow, writeXlsx } from './sheets.mjs';

const ROWS = 40_000;
const SECONDS = 10;
const MEGABYTES = 120;
const FRAME_MS = 50;
const KILOBYTES = 60;
/** Frames of scrolling, and how far each goes. */
const FRAMES = 300;
const PIXELS = 60;
const PATIENT = { timeout: 120_000 };

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const bad = (index) => ({ ...mixedRow(index, 'given'), timeZone: 'Rocky time' });

/** What whoever brings a large sheet to the pages waits for, and what the server takes meanwhile. */
export async function pages(dir) {
  const sheet = await writeXlsx(join(dir, 'pages.xlsx'), ROWS, bad, true);
  const executablePath = [process.env.CHROMIUM, ...BROWSERS].find((path) => path && existsSync(path));
  const server = await startServer([CLI, 'serve', mkdtempSync(join(dir, 'pages-'))]);
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Now' }).waitFor();
    const uploaded = await uploadOf(page, sheet);
    const at = page.url().replace(/\/problems$/, '');
    const kilobytes = await firstLoadOf(context, [`${at}/problems`, `${at}/rows`]);
    const others = [await context.newPage(), await context.newPage()];
    await others[0].goto(`${at}/problems`);
    await others[1].goto(new URL('/', at).href);
    const memory = samplesOf(server.pid);
    await page.goto(`${at}/rows`);
    const checked = await recheckOf(page);
    // a tab that nobody sees has one frame a second
    await page.bringToFront();
    const frame = await frameOf(page);
    const megabytes = memory.most();
    const line = (figure, value, unit, target) => ({
      ...{ figure, ours: `${value.toFixed(unit === 's' ? 2 : 0)} ${unit}`, other: `${target} ${unit}` },
      ...{ ratio: value / target, target: 1 },
    });
    return [
      line('pages: 40,000 × 40 workbook, upload to first problems', uploaded, 's', SECONDS),
      line('pages: the same checked again after an edit', checked, 's', SECONDS),
      line('pages: memory of the server meanwhile, three tabs', megabytes, 'MB', MEGABYTES),
      line('pages: p95 of the frames of its grid while scrolling', frame, 'ms', FRAME_MS),
      line('pages: first load of its problems or rows, the larger', kilobytes, 'kB', KILOBYTES),
    ];
  } finally {
    await browser.close();
    server.stop();
  }
}

/** Seconds from a file that is chosen to what is wrong with it. */
async function uploadOf(page, sheet) {
  const from = performance.now();
  await page.getByLabel(/Excel workbook or CSV/).setInputFiles(sheet);
  await page.getByRole('link', { name: '2 Problems' }).click(PATIENT);
  const rows = ROWS.toLocaleString('en-US');
  await page.getByText(`${rows} rows of ${rows} are invalid`).waitFor(PATIENT);
  return (performance.now() - from) / 1000;
}

/** Seconds from a cell that is changed to the marks of what the sheet is then. */
async function recheckOf(page) {
  const grid = page.getByRole('grid');
  await page.getByRole('gridcell', { name: 'Rocky time' }).first().waitFor(PATIENT);
  await grid.focus();
  await page.keyboard.press('n');
  await page.getByRole('status').filter({ hasText: 'Error:' }).waitFor(PATIENT);
  await page.keyboard.press('Enter');
  await page.keyboard.type('US/Mountain');
  await page.keyboard.press('Enter');
  const from = performance.now();
  await page.getByText('Checked: the marks are those of now.').waitFor(PATIENT);
  return (performance.now() - from) / 1000;
}

/** Milliseconds that 95 of 100 frames take at most while the rows go by. */
function frameOf(page) {
  return page.evaluate(
    ([frames, pixels]) =>
      new Promise((resolve) => {
        const grid = document.querySelector('#grid');
        grid.scrollTop = 0;
        const times = [];
        let last;
        const step = (now) => {
          if (last !== undefined) times.push(now - last);
          last = now;
          if (times.length === frames)
            return resolve(times.sort((a, b) => a - b)[Math.ceil(frames * 0.95) - 1]);
          grid.scrollTop += pixels;
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    [FRAMES, PIXELS],
  );
}

/** Kilobytes over the wire of the largest of some pages, with all that it loads. */
async function firstLoadOf(context, addresses) {
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  let most = 0;
  for (const address of addresses) {
    bytes = 0;
    await page.goto(address);
    await page.getByText('Rocky time').first().waitFor(PATIENT);
    await page.waitForTimeout(1000);
    most = Math.max(most, bytes);
  }
  await page.close();
  return most / 1000;
}

/** Looks four times a second how much memory a process has. */
function samplesOf(pid) {
  const look = () =>
    Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
  let most = look();
  const timer = setInterval(() => {
    most = Math.max(most, look());
  }, 250);
  return {
    most() {
      clearInterval(timer);
      return most;
    },
  };
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { startBrowser } from './browser.js';
import { type Serving, startServing } from './serving.js';

const ROOT = join(import.meta.dirname, '../..');
const PICTURE = join(ROOT, 'samples/run-page.png');
const SIZE = { width: 1000, height: 820 };

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
  const out = join(serving.directory, 'runs', 'acme');
  const sheets = ['mixed.xlsx', 'mistakes.csv'].map((name) => join(ROOT, 'samples', name));
  await startCli(['run', ...sheets, '--out', out, '--on-invalid', 'skip', '--quiet'], {
    cwd: serving.directory,
  }).ended;
});
afterAll(() => serving.stop());

/** Width and height of a PNG, as its first chunk says. */
function sizeOf(picture: Buffer) {
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
  return { width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) };
}

it('the picture of the tour shows the page of a run', async () => {
  const browser = await startBrowser();
  const page = await browser.newPage({
    viewport: SIZE,
    colorScheme: 'light',
    timezoneId: 'UTC',
    locale: 'en-US',
  });
  await page.goto(`${serving.origin}/#${serving.token}`);
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  await page.goto(`${serving.origin}/runs/acme`);
  await page.getByRole('heading', { level: 1, name: 'mixed.xlsx' }).waitFor();
  expect(await page.getByRole('table', { name: 'Rows by status' }).innerText()).toMatch(
    /created\s+37\s+invalid\s+16/,
  );
  const picture = await page.screenshot();
  await browser.close();
  expect(sizeOf(picture)).toEqual(SIZE);
  if (process.env['UPDATE_FILES']) writeFileSync(PICTURE, picture);
  const kept = readFileSync(PICTURE);
  expect(sizeOf(kept)).toEqual(SIZE);
  expect(kept.length).toBeLessThan(150_000);
});

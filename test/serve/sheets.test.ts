import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityOf, startBrowser, watchedPage, widthOf } from './browser.js';
import { rawRequest } from './raw-request.js';
import { type Serving, startServing } from './serving.js';

const SAMPLES = join(import.meta.dirname, '../../samples');
const MISTAKES = readFileSync(join(SAMPLES, 'mistakes.csv'));

let browser: Browser;
let serving: Serving;
let cookie: string;
/** What a connection says that sends a part of an upload and then nothing more. */
let stalled: Promise<string>;

beforeAll(async () => {
  browser = await startBrowser();
  serving = await startServing(undefined, '--max-upload', '1');
  cookie = await serving.logIn();
  stalled = sendPart('name=slow.csv', 'Content-Length: 100', 'product');
});
afterAll(async () => {
  await browser.close();
  await serving.stop();
});

const folder = () => join(serving.directory, 'sheets');
const headers = () => ({ Cookie: cookie, Origin: serving.origin });

function put(name: string, body: Body, more: Record<string, string> = {}): Promise<Response> {
  return fetch(`${serving.origin}/sheets?name=${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { ...headers(), ...more },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });
}

type Body = NonNullable<RequestInit['body']>;

/** A new sheet. @returns its ID */
async function uploaded(name: string, body: Body = MISTAKES): Promise<string> {
  const answer = await put(name, body);
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

/** The codes of refused uploads. */
async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { error: { code: string } }).error.code;
}

/** Sends the head of an upload and a part of its body, and keeps the connection. @returns all that is answered */
function sendPart(query: string, length: string, part: string, endMs?: number): Promise<string> {
  const { hostname, port, host } = new URL(serving.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        `PUT /sheets?${query} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${serving.origin}\r\nCookie: ${cookie}\r\n${length}\r\n\r\n${part}`,
      ),
    );
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    if (endMs !== undefined) setTimeout(() => socket.destroy(), endMs);
  });
}

const foldersWith = (text: string) => readdirSync(folder()).filter((name) => name.includes(text));

describe('an upload', () => {
  it('is kept byte for byte, with its name, its hash, who and when', async () => {
    const id = await uploaded('Café "mistakes" <b>.csv');
    expect(id).toMatch(/^\d{8}-\d{6}-caf-mistakes-b-csv$/);
    const facts = JSON.parse(readFileSync(join(folder(), id, 'sheet.json'), 'utf8'));
    const sha256 = createHash('sha256').update(MISTAKES).digest('hex');
    expect(facts).toMatchObject({ id, name: 'Café "mistakes" <b>.csv', bytes: MISTAKES.length, sha256 });
    expect(Math.abs(Date.parse(facts.at) - Date.now())).toBeLessThan(60_000);
    const [file = ''] = readdirSync(join(folder(), id, 'upload'));
    expect(file).toBe('Café _mistakes_ _b_.csv');
    const path = join(folder(), id, 'upload', file);
    expect(readFileSync(path).equals(MISTAKES)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder(), id)).mode & 0o777).toBe(0o700);
    const page = await (await fetch(`${serving.origin}/sheets/${id}`, { headers: headers() })).text();
    expect(page).toContain('Café &quot;mistakes&quot; &lt;b&gt;.csv');
    expect(page).toContain(sha256);
  });

  it('has a name that is text and never a path or a header', async () => {
    for (const [name, file] of [
      ['../../../etc/passwd', 'passwd'],
      ['..\\..\\boot.ini', 'boot.ini'],
      ['/etc/shadow', 'shadow'],
      ['a\r\nSet-Cookie: x=1\r\n\r\n.csv', 'aSet-Cookie_ x=1.csv'],
      ['.htaccess', 'htaccess'],
      ['--out', 'out'],
      ['..', 'sheet'],
      ['\u202Ecod.xslx', 'cod.xslx'],
      [`${'x'.repeat(300)}.csv`, `${'x'.repeat(150)}`],
    ] as const) {
      const answer = await put(name, 'product\n');
      expect([name, answer.status]).toEqual([name, 201]);
      expect(answer.headers.get('set-cookie')).toBeNull();
      const { id } = (await answer.json()) as { id: string };
      expect(id).toMatch(/^[a-z0-9][a-z0-9._-]{0,99}$/);
      expect(readdirSync(join(folder(), id, 'upload'))).toEqual([file]);
      const facts = JSON.parse(readFileSync(join(folder(), id, 'sheet.json'), 'utf8'));
      expect(facts.name.length).toBeLessThanOrEqual(200);
    }
    expect((await put('\u0000', 'product\n')).status).toBe(400);
    for (const id of ['..%2f..%2fetc', '..%5c..', 'x.part', 'A'])
      expect((await fetch(`${serving.origin}/sheets/${id}`, { headers: headers() })).status).toBe(404);
  });

  it('that is too large is refused before a byte is read, and where its length was not said, at the limit', async () => {
    const answered = await sendPart('name=announced.csv', 'Content-Length: 1000001', '', 2000);
    expect(answered).toMatch(/^HTTP\/1\.1 413 /);
    expect(answered).toContain('"code":"TOO_LARGE"');
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let sent = 0; sent < 1_200_000; sent += 100_000)
          controller.enqueue(new Uint8Array(100_000).fill(65));
        controller.close();
      },
    });
    const streamed = await put('streamed.csv', pieces);
    expect([streamed.status, await codeOf(streamed)]).toEqual([413, 'TOO_LARGE']);
    expect(foldersWith('announced').concat(foldersWith('streamed'))).toEqual([]);
    expect((await put('exact.csv', new Uint8Array(1_000_000).fill(65))).status).toBe(201);
  });

  it('that is cut off leaves nothing', async () => {
    const sent = sendPart('name=aborted.csv', 'Content-Length: 500000', 'x'.repeat(1000), 400);
    await expect.poll(() => foldersWith('aborted').length).toBe(1);
    await sent;
    await expect.poll(() => foldersWith('aborted')).toEqual([]);
  });

  it('is one of two at most of one person', async () => {
    const [second, third] = ['second', 'third'].map((name) =>
      sendPart(`name=${name}.csv`, 'Content-Length: 500000', 'x', 800),
    );
    await expect.poll(() => foldersWith('second').length + foldersWith('third').length).toBe(1);
    const answered = (await Promise.all([second, third])).filter((text) => text !== '');
    expect(answered).toHaveLength(1);
    expect(answered[0]).toMatch(/^HTTP\/1\.1 429 .*"code":"TOO_MANY_UPLOADS"/s);
  });

  it('ends when no byte of it comes for 30 seconds', async () => {
    expect(await stalled).toMatch(/^HTTP\/1\.1 408 .*"code":"UPLOAD_STALLED"/s);
    expect(foldersWith('slow')).toEqual([]);
  }, 40_000);

  it('is refused when it is too much for the disk, before a byte is read, or for all sheets together', async () => {
    const other = await startServing(undefined, '--max-storage', '0.02', '--max-upload', '1000000000');
    const session = await other.logIn();
    const { bavail, bsize } = statfsSync(other.directory);
    const announced = await rawRequest(other.origin, '/sheets?name=full.csv', {
      method: 'PUT',
      headers: { Cookie: session, Origin: other.origin, 'Content-Length': bavail * bsize },
    });
    expect([announced.status, JSON.parse(announced.text).error.code]).toEqual([507, 'DISK_FULL']);
    expect(readdirSync(join(other.directory, 'sheets'))).toEqual([]);
    const send = (bytes: number) =>
      fetch(`${other.origin}/sheets?name=fill.csv`, {
        method: 'PUT',
        headers: { Cookie: session, Origin: other.origin },
        // of the kind that is refused by its first bytes, so that its check takes no room beside it
        body: Buffer.alloc(bytes, 'd0cf11e0a1b11ae1', 'hex'),
      });
    expect((await send(14_000_000)).status).toBe(201);
    // two at once cannot both have what is left
    const answers = await Promise.all([send(4_000_000), send(4_000_000)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 507]);
    const full = answers.find(({ status }) => status === 507);
    expect(full && (await codeOf(full))).toBe('STORAGE_FULL');
    expect(readdirSync(join(other.directory, 'sheets'))).toHaveLength(2);
    await other.stop();
  });

  it('needs a log-in and the same site', async () => {
    const of = (more: Record<string, string>) =>
      fetch(`${serving.origin}/sheets?name=x.csv`, { method: 'PUT', headers: more, body: 'x' });
    expect((await of({ Origin: serving.origin })).status).toBe(401);
    expect((await of({ Cookie: cookie, Origin: 'https://evil.example' })).status).toBe(403);
    expect((await of({ Cookie: cookie })).status).toBe(403);
  });
});

describe('the folder of sheets', () => {
  it('is swept of what an earlier server left half of, and of nothing else', async () => {
    const other = await startServing();
    const sheets = join(other.directory, 'sheets');
    other.process.kill();
    await other.process.ended;
    for (const name of ['20260101-000000-x.part', 'mine'])
      mkdirSync(join(sheets, name, 'upload'), { recursive: true });
    writeFileSync(join(sheets, 'mine', 'notes.txt'), 'mine');
    const again = await startServing(other.directory);
    expect(readdirSync(sheets)).toEqual(['mine']);
    expect(existsSync(join(sheets, 'mine', 'notes.txt'))).toBe(true);
    await again.stop();
  });
});

/** A browser that has logged in. */
async function loggedIn(context: BrowserContext) {
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: serving.origin }]);
  const watched = await watchedPage(context, serving.origin);
  await watched.page.goto(serving.origin);
  return watched;
}

describe('the page of uploads', () => {
  it('takes a file that is chosen, by keyboard alone, and shows it', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await loggedIn(context);
    await page.getByLabel(/Excel workbook or CSV/).setInputFiles(join(SAMPLES, 'bcc.csv'));
    await page.waitForURL(/\/sheets\/\d{8}-\d{6}-bcc-csv$/);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('bcc.csv');
    expect(await page.getByRole('navigation', { name: 'Sheet' }).getByRole('link').allTextContents()).toEqual(
      [...['1 Headers', '2 Problems', '3 Dry run', '4 Start']],
    );
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('takes a file that is dropped, and says what it is over', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await loggedIn(context);
    const dropped = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      data.items.add(new File(['product,accountNumber'], 'dropped.csv'));
      return data;
    })()`);
    await page.dispatchEvent('#drop', 'dragover', { dataTransfer: dropped });
    expect(await page.locator('#drop').getAttribute('class')).toBe('drop over');
    await page.dispatchEvent('#drop', 'drop', { dataTransfer: dropped });
    await page.waitForURL(/-dropped-csv$/);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('says what is too large before it is sent, and stops an upload that is cancelled', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await loggedIn(context);
    const field = page.getByLabel(/Excel workbook or CSV/);
    await field.setInputFiles({ name: 'big.csv', mimeType: 'text/csv', buffer: Buffer.alloc(1_500_000, 65) });
    await page.getByText('big.csv is 1.5 MB; the server takes up to 1 MB.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('file');
    const client = await context.newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 50_000 },
    });
    await field.setInputFiles({
      name: 'cancelled.csv',
      mimeType: 'text/csv',
      buffer: Buffer.alloc(900_000, 65),
    });
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('upload-cancel');
    await page.keyboard.press('Enter');
    await page.getByText('The upload was stopped; nothing of it is kept.').waitFor();
    await expect.poll(() => foldersWith('cancelled')).toEqual([]);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('takes pasted rows and samples and gives templates without a script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page } = await loggedIn(context);
    expect(await page.locator('noscript p').innerText()).toMatch(
      /^A file is uploaded by the script of this page/,
    );
    expect(await page.locator('#drop').isVisible()).toBe(false);
    await page.getByText('Paste rows').click();
    await page.getByLabel('Rows with their header').fill('product\taccountNumber\nBCC\t1\n');
    await page.getByRole('button', { name: 'Take these rows' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('pasted.txt');
    await page.goto(serving.origin);
    await page.getByText('Templates and samples').click();
    await page.getByRole('button', { name: 'Try mistakes.csv' }).click();
    await page.waitForURL(/-mistakes-csv$/);
    const answer = await fetch(`${serving.origin}/templates/all-products.xlsx`, { headers: headers() });
    const template = readFileSync(join(SAMPLES, '../templates/all-products.xlsx'));
    expect(Buffer.from(await answer.arrayBuffer()).equals(template)).toBe(true);
    for (const name of ['README.md', '..%2fpackage.json', 'profile.schema.json'])
      expect((await fetch(`${serving.origin}/templates/${name}`, { headers: headers() })).status).toBe(404);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be used by everybody, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme });
      const { page, wrong } = await loggedIn(context);
      const id = await uploaded(`${'Very long name '.repeat(10)}.csv`);
      const paths = ['/', '/sheets', `/sheets/${id}`];
      for (const path of paths) {
        await page.setViewportSize({ width: 1280, height: 720 });
        await page.goto(serving.origin + path);
        expect([path, await accessibilityOf(page)]).toEqual([path, []]);
        await page.setViewportSize({ width: 320, height: 640 });
        expect([path, await widthOf(page)]).toEqual([path, 320]);
      }
      expect(wrong).toEqual([]);
      await context.close();
    });
});

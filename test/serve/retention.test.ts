import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLI, startCli } from '../fixtures/cli.js';
import { accessibilityOf, startBrowser, watchedPage } from './browser.js';
import { type Serving, startServing } from './serving.js';

const MIXED = join(import.meta.dirname, '../../samples/mixed.xlsx');
const DAY_MS = 86_400_000;
const PASSWORD = 'four quiet words here';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'serve-keep-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function started(directory: string, ...options: string[]): Promise<Serving> {
  const serving = await startServing(directory, ...options);
  onTestFinished(() => serving.stop());
  return serving;
}

async function upload({ origin }: Serving, cookie: string, name: string): Promise<string> {
  const answer = await fetch(`${origin}/sheets?name=${name}`, {
    method: 'PUT',
    headers: { Cookie: cookie, Origin: origin, 'Content-Type': 'application/octet-stream' },
    body: readFileSync(MIXED),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

function post({ origin }: Serving, cookie: string, path: string, fields: Record<string, string> = {}) {
  return fetch(origin + path, {
    method: 'POST',
    headers: { Cookie: cookie, Origin: origin, 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
}

/** Waits until the checks that uploads begin have ended: nothing is deleted that is worked on. */
async function checked(directory: string, checks: number): Promise<void> {
  const ended = () => {
    const database = new Database(join(directory, 'serve.db'));
    const row = database.prepare('SELECT count(*) jobs, count(endedAt) ended FROM jobs').get();
    database.close();
    return row as { jobs: number; ended: number };
  };
  await expect.poll(() => ended().ended, { timeout: 40_000 }).toBeGreaterThanOrEqual(checks);
  await expect.poll(() => ended().jobs - ended().ended, { timeout: 40_000 }).toBe(0);
}

/** Makes a sheet so many days older. */
function age(directory: string, id: string, days: number): void {
  const file = join(directory, 'sheets', id, 'sheet.json');
  const at = new Date(Date.now() - days * DAY_MS).toISOString();
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), at }));
}

function auditOf(directory: string): unknown[] {
  const database = new Database(join(directory, 'serve.db'));
  const lines = database
    .prepare("SELECT user, action, object, change, result FROM audit WHERE action LIKE 'delete%' ORDER BY id")
    .all();
  database.close();
  return lines as unknown[];
}

const runOf = (directory: string, sheet: string, name: string) =>
  startCli(['run', sheet, '--out', join(directory, 'runs', name), '--quiet'], { cwd: directory }).ended;

describe('what is kept', () => {
  it('are sheets for 30 days after the last run or edit; others go when the server starts', async () => {
    const directory = await folder();
    const first = await started(directory);
    const cookie = await first.logIn();
    const [old, young, edited, run] = await Promise.all(
      ['old', 'young'].map((name) => upload(first, cookie, `${name}.xlsx`)),
    ).then(async (ids) => [
      ...ids,
      await upload(first, cookie, 'edited.xlsx'),
      await upload(first, cookie, 'run.xlsx'),
    ]);
    await checked(directory, 4);
    await first.stop();
    for (const id of [old, edited, run]) age(directory, String(id), 31);
    age(directory, String(young), 29);
    writeFileSync(join(directory, 'sheets', String(edited), 'edits.jsonl'), '');
    const uploaded = join(directory, 'sheets', String(run), 'upload');
    expect((await runOf(directory, join(uploaded, readdirSync(uploaded)[0] ?? ''), 'done')).code).toBe(0);
    const second = await started(directory);
    await expect
      .poll(() => readdirSync(join(directory, 'sheets')).sort(), { timeout: 20_000 })
      .toEqual([edited, run, young].map(String).sort());
    await expect
      .poll(() => auditOf(directory))
      .toEqual([{ user: '(retention)', action: 'delete sheet', object: old, change: '', result: 'done' }]);
    expect(existsSync(join(directory, 'runs/done/journal.db'))).toBe(true);
    const again = await second.logIn();
    const says = await fetch(`${second.origin}/sheets/${young}/keep`, { headers: { Cookie: again } });
    const { goesAt } = (await says.json()) as { goesAt: string };
    expect(Math.round((Date.parse(goesAt) - Date.now()) / DAY_MS)).toBe(1);
    utimesSync(join(directory, 'sheets', String(edited), 'edits.jsonl'), 0, 0);
  });

  it('are runs for ever, or as long as --keep-runs says; what must stay does, and is told', async () => {
    const directory = await folder();
    await runOf(directory, MIXED, 'done');
    await runOf(directory, join(import.meta.dirname, '../../samples/mistakes.csv'), 'open');
    const serving = await started(directory, '--keep-runs', '0');
    await expect.poll(() => existsSync(join(directory, 'runs/done')), { timeout: 20_000 }).toBe(false);
    const cookie = await serving.logIn();
    expect(existsSync(join(directory, 'runs/open/journal.db'))).toBe(true);
    await expect
      .poll(() => auditOf(directory))
      .toEqual([
        {
          user: '(retention)',
          action: 'delete run',
          object: 'done',
          change: 'mixed.xlsx: 30 created',
          result: 'done',
        },
      ]);
    const page = await fetch(`${serving.origin}/settings`, {
      headers: { Cookie: cookie, Accept: 'text/html' },
    });
    expect(await page.text()).toMatch(/Could not be deleted:.*the run open: it is open/s);
  });
});

describe('deleting by hand', () => {
  it('takes the credentials out of a run with the password alone, and a run or sheet when it is meant', async () => {
    const directory = await folder();
    await runOf(directory, MIXED, 'done');
    execFileSync(
      process.execPath,
      [CLI, 'serve', 'user', 'add', 'ann', '--role', 'admin', '--dir', directory],
      {
        input: `${PASSWORD}\n`,
      },
    );
    const serving = await started(directory);
    const login = await post(serving, '', '/session', { user: 'ann', password: PASSWORD });
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const credentials = readFileSync(join(directory, 'runs/done/credentials.csv'), 'utf8');
    expect((await post(serving, cookie, '/runs/done/credentials', { password: 'wrong' })).status).toBe(422);
    const got = await post(serving, cookie, '/runs/done/credentials', { password: PASSWORD });
    expect([await got.text(), got.headers.get('content-disposition')]).toEqual([
      credentials,
      expect.stringMatching(/^attachment;/),
    ]);
    expect(
      (await post(serving, cookie, '/runs/done/credentials/delete', { password: PASSWORD })).status,
    ).toBe(200);
    expect(existsSync(join(directory, 'runs/done/credentials.csv'))).toBe(false);
    const id = await upload(serving, cookie, 'mine.xlsx');
    await checked(directory, 1);
    expect((await post(serving, cookie, `/sheets/${id}/delete`)).status).toBe(400);
    expect((await post(serving, cookie, `/sheets/${id}/delete`, { sure: 'yes' })).status).toBe(200);
    expect(readdirSync(join(directory, 'sheets'))).toEqual([]);
    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const { page, wrong } = await watchedPage(await browser.newContext(), serving.origin);
    await page.goto(`${serving.origin}/runs/done/keep`);
    await page.getByLabel('Name').fill('ann');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('heading', { name: 'Deleting this run' }).waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    await page.getByLabel('I mean it').check();
    await page.getByRole('button', { name: 'Delete this run' }).click();
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    expect(existsSync(join(directory, 'runs/done'))).toBe(false);
    expect(wrong).toEqual([]);
    expect(auditOf(directory)).toEqual([
      {
        user: 'ann',
        action: 'delete credentials',
        object: 'done/credentials.csv',
        change: '',
        result: 'done',
      },
      { user: 'ann', action: 'delete sheet', object: id, change: '', result: 'done' },
      { user: 'ann', action: 'delete run', object: 'done', change: 'mixed.xlsx: 30 created', result: 'done' },
    ]);
  });
});

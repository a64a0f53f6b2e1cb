import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { textRow, workbook } from '../fixtures/workbook.js';
import { type Serving, startServing } from './serving.js';
import { Visitor } from './visitor.js';

let serving: Serving;
let cookie: string;
let visitor: Visitor;

beforeAll(async () => {
  serving = await startServing();
  cookie = await serving.logIn();
  visitor = new Visitor(serving, cookie);
});
afterAll(() => serving.stop());

interface Told {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests tell
  readonly json: any;
}

async function ask(method: string, path: string, body?: unknown): Promise<Told> {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const answer = await fetch(serving.origin + path, {
    method,
    headers: { Cookie: cookie, Origin: serving.origin, 'Content-Type': 'application/json' },
    ...sent,
  });
  return { status: answer.status, json: await answer.json() };
}

/** What a POST is answered with, on a connection of its own: one whose body was not read is closed. */
function statusOf(path: string, body: string): Promise<number> {
  const url = new URL(serving.origin + path);
  const headers = { Cookie: cookie, Origin: serving.origin, 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const length = { 'Content-Length': String(body.length) };
    const sent = request(
      url,
      { method: 'POST', headers: { ...headers, ...length }, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    // it may be answered, and closed, while the body is still on its way
    sent.on('error', (error) => reject(error));
    sent.end(body);
  });
}

/** A new sheet that was checked. @returns its ID */
async function uploaded(name: string, content: string | Buffer): Promise<string> {
  const id = await visitor.uploaded(name, content);
  await visitor.checked(id);
  return id;
}

async function revisionOf(id: string): Promise<string> {
  return (await ask('GET', `/state?topic=sheet:${id}`)).json.revision;
}

const folderOf = (id: string) => join(serving.directory, 'sheets', id);
const editsFile = (id: string) => join(folderOf(id), 'edits.jsonl');
const rowsOf = async (id: string, query = '') => (await ask('GET', `/sheets/${id}/rows?${query}`)).json;

/** Three users, of whom the second has a plan that there is not. */
const SHEET = csvOf(mixedRows(3).map((row, at) => (at === 1 ? { ...row, userProductPlan: 'GOLD' } : row)));
const change = (row: number, header: string, was: string, text: string) => ({
  sheet: null,
  row,
  header,
  was,
  text,
});

describe('the rows of a sheet', () => {
  it('come in windows, by what is wrong with them, by a text in them, and by number', async () => {
    const id = await uploaded('three.csv', SHEET);
    const all = await rowsOf(id);
    expect(all.total).toBe(3);
    expect(all.check.isCurrent).toBe(true);
    expect(all.rows.map(({ row, index }: { row: number; index: number }) => [index, row])).toEqual([
      [0, 2],
      [1, 3],
      [2, 4],
    ]);
    const errors = await rowsOf(id, 'filter=errors');
    expect(errors.rows.map(({ row }: { row: number }) => row)).toEqual([3]);
    const [problem] = errors.rows[0].problems;
    expect(problem).toMatchObject({ isError: true, code: 'NOT_AN_OPTION' });
    expect(errors.rows[0].cells[problem.at]).toBe('GOLD');
    expect((await rowsOf(id, 'cause=NOT_AN_OPTION')).total).toBe(1);
    expect((await rowsOf(id, 'cause=REQUIRED')).total).toBe(0);
    expect((await rowsOf(id, 'text=gOLd')).rows[0].row).toBe(3);
    expect((await rowsOf(id, 'from=2&count=5')).rows.map(({ row }: { row: number }) => row)).toEqual([4]);
    expect((await rowsOf(id, 'seek=row&at=4')).index).toBe(2);
    expect((await rowsOf(id, 'seek=row&at=9')).index).toBe(null);
    expect((await rowsOf(id, 'seek=next&at=0')).index).toBe(1);
    expect((await rowsOf(id, 'seek=next&at=2')).index).toBe(null);
    expect((await rowsOf(id, 'seek=previous&at=2')).index).toBe(1);
  });

  it('are those of one worksheet', async () => {
    const header = ['product', 'accountNumber', 'accountName'];
    const rows = (account: string) => textRow(1, header) + textRow(3, ['ACCOUNT', account, '']);
    const sheets = ['One', 'Two'].map((name) => ({ name, rows: rows(`${name}-1`) }));
    const id = await uploaded('two.xlsx', workbook({ sheets }));
    expect((await rowsOf(id, 'sheet=2')).rows[0].cells[1]).toBe('Two-1');
    expect((await rowsOf(id)).rows[0]).toMatchObject({ row: 3, cells: ['ACCOUNT', 'One-1', ''] });
    const revision = await revisionOf(id);
    const edit = { sheet: 'Two', row: 3, header: 'accountName', was: '', text: 'Bee' };
    expect((await ask('POST', `/sheets/${id}/edits`, { revision, edits: [edit] })).status).toBe(200);
    expect((await rowsOf(id, 'sheet=2&filter=edited')).rows[0].cells[2]).toBe('Bee');
    expect((await rowsOf(id, 'filter=edited')).total).toBe(0);
  });

  it('are not there before a check, and not for whoever asks for another sheet', async () => {
    const answer = await fetch(`${serving.origin}/sheets?name=new.csv`, {
      ...{ method: 'PUT', body: SHEET },
      headers: { Cookie: cookie, Origin: serving.origin },
    });
    const { id } = (await answer.json()) as { id: string };
    const told = await ask('GET', `/sheets/${id}/rows`);
    // the server may have checked it by now
    if (told.status !== 200) expect([told.status, told.json.error.code]).toEqual([409, 'NOT_CHECKED']);
    expect((await ask('GET', '/sheets/nothing/rows')).status).toBe(404);
    expect((await ask('GET', '/sheets/..%2f..%2fruns/rows')).status).toBe(404);
  });
});

describe('edits', () => {
  it('are kept with who and when, in the file that --edits takes, for its owner alone', async () => {
    const id = await uploaded('three.csv', SHEET);
    const before = await revisionOf(id);
    const edits = [change(3, 'userProductPlan', 'GOLD', 'STANDARD'), { sheet: null, row: 4, omit: true }];
    const { status, json } = await ask('POST', `/sheets/${id}/edits`, { revision: before, edits });
    expect(status).toBe(200);
    expect(json.revision).not.toBe(before);
    expect(await revisionOf(id)).toBe(json.revision);
    const lines = readFileSync(editsFile(id), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      {
        sheet: null,
        row: 3,
        header: 'userProductPlan',
        was: 'GOLD',
        text: 'STANDARD',
        by: expect.any(String),
      },
      { sheet: null, row: 4, omit: true, at: expect.stringMatching(/^20\d\d-/) },
    ]);
    expect(statSync(editsFile(id)).mode & 0o777).toBe(0o600);
    const shown = await rowsOf(id);
    expect(shown.check.isCurrent).toBe(false);
    const at = shown.rows[1].problems[0].at;
    expect(shown.rows[1].cells[at]).toBe('STANDARD');
    expect(shown.rows[1].edited[at]).toMatchObject({ n: 1, was: 'GOLD' });
    expect(shown.rows[2].omitted).toMatchObject({ n: 2 });

    await visitor.checked(id);
    const checked = await rowsOf(id);
    expect([checked.check.isCurrent, checked.total]).toEqual([true, 2]);
    expect(checked.rows[1].cells[at]).toBe('STANDARD');
    expect(checked.rows[1].problems).toEqual([]);
    expect(await rowsOf(id, 'filter=errors')).toMatchObject({ total: 0 });
  });

  it('tell in how many further rows the same text stands, where the profile can say it of all', async () => {
    const plans = ['GOLD', 'gold', 'GOLD', 'STANDARD'];
    const rows = plans.map((userProductPlan, at) => ({
      ...{ ...mixedRows(1)[0], userProductPlan, username: 'ann', accountNumber: `A-${at}` },
    }));
    const id = await uploaded('alike.csv', csvOf(rows));
    let revision = await revisionOf(id);
    const post = async (...edits: object[]) => {
      const { status, json } = await ask('POST', `/sheets/${id}/edits`, { revision, edits });
      expect(status).toBe(200);
      revision = json.revision;
      return json.alike;
    };
    const plan = (row: number, was: string, text: string) => change(row, 'userProductPlan', was, text);
    const alike = { column: 'userProductPlan', text: 'GOLD', use: 'ADVANCED' };
    expect(await post(plan(2, 'GOLD', 'ADVANCED'))).toEqual({ ...alike, rows: 2 });
    // what was edited, or is left out, is not among them any more; what was edited to the same is
    expect(await post(plan(3, 'gold', 'STANDARD'))).toEqual({
      ...{ column: 'userProductPlan', text: 'gold', use: 'STANDARD', rows: 1 },
    });
    expect(await post(plan(5, 'STANDARD', 'GOLD'))).toBe(null); // it is no plan
    expect(await post(plan(2, 'ADVANCED', 'STANDARD'))).toEqual({ ...alike, use: 'STANDARD', rows: 2 });
    expect(await post(plan(2, 'STANDARD', 'PREMIUM'))).toBe(null);
    expect(await post(plan(2, 'PREMIUM', 'STANDARD'))).toMatchObject({ rows: 2 });
    expect(await post({ sheet: null, row: 4, omit: true })).toBe(null);
    expect(await post(plan(2, 'STANDARD', 'ADVANCED'))).toEqual({ ...alike, rows: 1 });
    // only one row may have a username, blank cells are no text, and capitals make no other one
    expect(await post(change(2, 'username', 'ann', 'bob'))).toBe(null);
    expect(await post(change(2, 'customField', 'vip', ''))).toEqual({
      ...{ column: 'customField', text: 'vip', use: '', rows: 2 },
    });
    expect(await post(change(2, 'customField', '', 'none'))).toMatchObject({ text: 'vip', use: 'none' });
    expect(await post(change(2, 'firstName', 'Ann', 'ANN'))).toBe(null);
    // of a cell that the workbook itself calls an error no text is asked
    const errors = ['product,accountNumber,accountName', 'ACCOUNT,A-1,#REF!', 'ACCOUNT,A-2,#REF!'];
    const cells = errors.map((row, at) => textRow(at + 1, row.split(','))).join('');
    const book = await uploaded('errors.xlsx', workbook({ sheets: [{ name: 'One', rows: cells }] }));
    const corrected = { sheet: 'One', row: 2, header: 'accountName', was: '#REF!', text: 'Acme' };
    expect(
      await ask('POST', `/sheets/${book}/edits`, { revision: await revisionOf(book), edits: [corrected] }),
    ).toMatchObject({ status: 200, json: { alike: null } });
    const use = { column: 'userProductPlan', text: 'GOLD', use: 'ADVANCED' };
    expect((await ask('POST', `/sheets/${id}/values/use`, { revision: 'old', ...use })).status).toBe(409);
    for (const wrong of [{ column: 'nothing' }, { text: ' ' }])
      expect((await ask('POST', `/sheets/${id}/values/use`, { revision, ...use, ...wrong })).status).toBe(
        400,
      );
    const secret = { revision, column: 'sipPassword', text: 'x', use: 'y' };
    expect((await ask('POST', `/sheets/${id}/values/use`, secret)).json.error.code).toBe('PROFILE_INVALID');
    const { status, json } = await ask('POST', `/sheets/${id}/values/use`, { revision, ...use });
    expect([status, json.revision]).toEqual([200, await revisionOf(id)]);
    revision = json.revision;
    // what the profile says already needs no offer
    await post(plan(2, 'ADVANCED', 'STANDARD'));
    expect(await post(plan(2, 'STANDARD', 'ADVANCED'))).toBe(null);
  });

  it('are refused when the sheet is another by now, with what is there and whose it is; nothing is lost', async () => {
    const id = await uploaded('three.csv', SHEET);
    const revision = await revisionOf(id);
    const post = (seen: string, ...edits: object[]) =>
      ask('POST', `/sheets/${id}/edits`, { revision: seen, edits });
    const first = await post(revision, change(3, 'userProductPlan', 'GOLD', 'STANDARD'));
    expect(first.status).toBe(200);
    const late = await post(revision, change(3, 'userProductPlan', 'GOLD', 'PROFESSIONAL'));
    expect(late.status).toBe(409);
    expect(late.json).toMatchObject({
      error: { code: 'CHANGED' },
      revision: first.json.revision,
      cells: [{ row: 3, header: 'userProductPlan', text: 'STANDARD', by: expect.stringMatching(/./) }],
    });
    const elsewhere = await post(revision, change(2, 'lastName', 'Lee 0', 'Leigh'));
    expect(elsewhere).toMatchObject({ status: 409, json: { revision: first.json.revision, cells: [] } });
    expect((await rowsOf(id, 'filter=edited')).total).toBe(1);
    const again = await post(elsewhere.json.revision, change(2, 'lastName', 'Lee 0', 'Leigh'));
    expect(again.status).toBe(200);
    // also one of the present revision, of a text that is not there
    const wrong = await post(again.json.revision, change(3, 'userProductPlan', 'GOLD', 'X'));
    expect(wrong).toMatchObject({ status: 409, json: { cells: [{ text: 'STANDARD' }] } });
    const over = await post(again.json.revision, change(3, 'userProductPlan', 'STANDARD', 'PROFESSIONAL'));
    expect(over.status).toBe(200);
    expect(readFileSync(editsFile(id), 'utf8').trimEnd().split('\n')).toHaveLength(3);
  });

  it('of many at one moment are all kept, each once', async () => {
    const rows = Array.from({ length: 8 }, (_, at) => ({
      ...mixedRows(1)[0],
      extension: String(4000 + at),
    }));
    const id = await uploaded('many.csv', csvOf(rows));
    const write = async (row: number): Promise<void> => {
      for (let revision = await revisionOf(id); ; ) {
        const edits = [change(row, 'lastName', 'Lee 0', `Lee ${row}`)];
        const { status, json } = await ask('POST', `/sheets/${id}/edits`, { revision, edits });
        if (status === 200) return;
        expect([status, json.cells]).toEqual([409, []]);
        revision = json.revision;
      }
    };
    await Promise.all(rows.map((_, at) => write(at + 2)));
    const { edits } = (await ask('GET', `/sheets/${id}/edits`)).json;
    expect(edits.map(({ row }: { row: number }) => row).sort((a: number, b: number) => a - b)).toEqual(
      rows.map((_, at) => at + 2),
    );
  });

  it('are taken back: what was before them is there again, and who did what is in the audit without a text', async () => {
    const id = await uploaded('three.csv', SHEET);
    let revision = await revisionOf(id);
    const post = async (...edits: object[]) => {
      const { status, json } = await ask('POST', `/sheets/${id}/edits`, { revision, edits });
      expect(status).toBe(200);
      revision = json.revision;
    };
    await post(change(2, 'lastName', 'Lee 0', 'Leigh'));
    await post(change(2, 'lastName', 'Leigh', 'Layton'));
    await post({ sheet: null, row: 4, omit: true });
    await visitor.checked(id);
    const nameOf = async () => {
      const { rows } = await rowsOf(id);
      return rows[0].cells.find((text: string) => /^(Lee 0|Leigh|Layton)$/.test(text));
    };
    expect(await nameOf()).toBe('Layton');
    const undo = async (n: number) => {
      const { status, json } = await ask('DELETE', `/sheets/${id}/edits/${n}?revision=${revision}`);
      expect(status).toBe(200);
      revision = json.revision;
    };
    expect((await ask('DELETE', `/sheets/${id}/edits/1?revision=000000000000`)).status).toBe(409);
    expect((await ask('DELETE', `/sheets/${id}/edits/9?revision=${revision}`)).status).toBe(404);
    await undo(1);
    expect(await nameOf()).toBe('Layton');
    await visitor.checked(id);
    expect((await rowsOf(id)).rows[0].problems.map(({ code }: { code: string }) => code)).not.toContain(
      'EDIT_STALE',
    );
    await undo(1);
    // the check read the edited text: what the sheet has is known all the same
    expect(await nameOf()).toBe('Lee 0');
    await post(change(2, 'lastName', 'Lee 0', 'Leigh'));
    await undo(1);
    await visitor.checked(id);
    const last = await rowsOf(id);
    expect(last.total).toBe(3);
    expect(readFileSync(editsFile(id), 'utf8')).toContain('Leigh');
    const database = new Database(join(serving.directory, 'serve.db'), { readonly: true });
    const audit = database.prepare('SELECT action, object FROM audit WHERE object LIKE ?').all(`${id}%`);
    database.close();
    expect(audit).toContainEqual(
      expect.objectContaining({ action: 'edit', object: `${id}: row 2, lastName` }),
    );
    expect(audit).toContainEqual(expect.objectContaining({ action: 'undo edit', object: `${id}: row 4` }));
    expect(JSON.stringify(audit)).not.toMatch(/Leigh|Layton/);
  });

  it('of cells and rows that are not there, or that are none, are refused with what to do', async () => {
    const id = await uploaded('three.csv', SHEET);
    const revision = await revisionOf(id);
    const post = async (body: unknown) => {
      const { status, json } = await ask('POST', `/sheets/${id}/edits`, body);
      expect(json.error?.hint).toMatch(/./);
      return [status, json.error?.code];
    };
    const good = change(2, 'lastName', 'Lee 0', 'x');
    expect(await post({ revision, edits: [change(99, 'lastName', '', 'x')] })).toEqual([400, 'NO_CELL']);
    expect(await post({ revision, edits: [good, change(2, 'surname', '', 'x')] })).toEqual([400, 'NO_CELL']);
    expect(await post({ revision, edits: [{ ...good, sheet: 'Users' }] })).toEqual([400, 'NO_CELL']);
    expect(await post({ revision, edits: [] })).toEqual([400, 'EDITS_INVALID']);
    expect(await post({ revision, edits: [{ ...good, by: 'Ann' }] })).toEqual([400, 'EDITS_INVALID']);
    expect(await post({ revision, edits: Array(1001).fill(good) })).toEqual([400, 'EDITS_INVALID']);
    expect(await post('{')).toEqual([400, 'NOT_JSON']);
    expect(await statusOf(`/sheets/${id}/edits`, 'x'.repeat(2_100_000))).toBe(413);
    expect(readdirSync(folderOf(id))).not.toContain('edits.jsonl');
    const many = Array.from({ length: 1000 }, () => ({ ...good, text: 'x'.repeat(500) }));
    expect((await ask('POST', `/sheets/${id}/edits`, { revision, edits: many })).status).toBe(200);
  });

  it('bring passwords that nobody reads again, but the run that needs them', async () => {
    const trunk = { ...mixedRows(16).at(-1), sipUsername: 'someone-of-it', sipPassword: 'given-Word-0' };
    const id = await uploaded('trunk.csv', csvOf([trunk]));
    let revision = await revisionOf(id);
    const hidden = '(hidden)';
    expect(JSON.stringify(await rowsOf(id))).toContain(hidden);
    for (const [was, text] of [
      [hidden, 'edited-Word-1'],
      [hidden, 'edited-Word-2'],
    ] as const) {
      const told = await ask('POST', `/sheets/${id}/edits`, {
        revision,
        edits: [change(2, 'sipPassword', was, text)],
      });
      expect(told.status).toBe(200);
      revision = told.json.revision;
    }
    await visitor.checked(id);
    expect(
      (await rowsOf(id)).rows[0].problems.filter(({ isError }: { isError: boolean }) => isError),
    ).toEqual([]);
    const page = await fetch(`${serving.origin}/sheets/${id}/rows/2?sheet=1`, {
      headers: { Cookie: cookie, Accept: 'text/html' },
    });
    const shown = [await rowsOf(id), (await ask('GET', `/sheets/${id}/edits`)).json, await page.text()];
    expect(JSON.stringify(shown)).not.toMatch(/edited-Word|given-Word/);
    revision = (await ask('DELETE', `/sheets/${id}/edits/2?revision=${revision}`)).json.revision;
    expect(readFileSync(join(folderOf(id), 'edits-withdrawn.jsonl'), 'utf8')).not.toContain('edited-Word-2');
    const run = await startCli(
      ['run', join(folderOf(id), 'upload', 'trunk.csv'), '--edits', editsFile(id), '--out', 'r', '--quiet'],
      { cwd: serving.directory },
    ).ended;
    expect(run.code).toBe(0);
    expect(readFileSync(join(serving.directory, 'r', 'credentials.csv'), 'utf8')).toContain('edited-Word-1');
  });

  it('are made and undone by plain forms', async () => {
    const id = await uploaded('three.csv', SHEET);
    const post = (path: string, fields: Record<string, string>) =>
      fetch(serving.origin + path, {
        ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) },
        headers: { Cookie: cookie, Origin: serving.origin, Accept: 'text/html' },
      });
    const revision = await revisionOf(id);
    const cell = { revision, sheet: '', row: '3', header: 'userProductPlan', was: 'GOLD', text: 'STANDARD' };
    const saved = await post(`/sheets/${id}/edits`, cell);
    expect(saved.status).toBe(303);
    expect(saved.headers.get('location')).toMatch(new RegExp(`^/sheets/${id}/rows/3\\?sheet=1&saved=\\d+$`));
    const late = await post(`/sheets/${id}/edits`, { ...cell, text: 'PROFESSIONAL' });
    expect(late.status).toBe(409);
    expect(await late.text()).toContain('has changed this cell since you saw it');
    const left = await post(`/sheets/${id}/edits`, {
      revision: await revisionOf(id),
      sheet: '',
      row: '2',
      omit: 'yes',
    });
    expect(left.status).toBe(303);
    const back = `/sheets/${id}/rows/3?sheet=1`;
    const undone = await post(`/sheets/${id}/edits/1/undo`, { revision: await revisionOf(id), back });
    expect([undone.status, undone.headers.get('location')]).toEqual([303, back]);
    const away = await post(`/sheets/${id}/edits/1/undo`, {
      revision: await revisionOf(id),
      back: '//evil.test/',
    });
    expect(away.headers.get('location')).toBe(`/sheets/${id}/rows`);
    // what it is now is what it was at first
    expect(readdirSync(folderOf(id))).not.toContain('edits.jsonl');
    expect(await revisionOf(id)).toBe(revision);
  });
});

describe('the corrected copy', () => {
  it('is written while the server goes on, has the edits in it, and is kept nowhere', async () => {
    const id = await uploaded('Drei & "vier".csv', SHEET);
    const revision = await revisionOf(id);
    const edits = [change(3, 'userProductPlan', 'GOLD', 'STANDARD'), { sheet: null, row: 4, omit: true }];
    expect((await ask('POST', `/sheets/${id}/edits`, { revision, edits })).status).toBe(200);
    const get = (path: string) =>
      fetch(`${serving.origin}/sheets/${id}/${path}`, { headers: { Cookie: cookie } });
    const csv = await get('corrected.csv');
    expect(csv.headers.get('content-disposition')).toContain('Drei & _vier_-corrected.csv');
    const lines = (await csv.text()).split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[2]).toContain('STANDARD');
    expect(lines.slice(3)).toEqual(['', '']);
    const book = new ExcelJS.Workbook();
    const place = mkdtempSync(join(tmpdir(), 'copy-'));
    writeFileSync(join(place, 'copy.xlsx'), Buffer.from(await (await get('corrected.xlsx')).arrayBuffer()));
    await book.xlsx.readFile(join(place, 'copy.xlsx'));
    rmSync(place, { recursive: true });
    expect(JSON.stringify(book.worksheets[0]?.getRow(3).values)).toContain('STANDARD');
    expect(readdirSync(folderOf(id)).filter((name) => name.startsWith('copy-'))).toEqual([]);
    expect((await ask('GET', `/sheets/${id}/corrected.pdf`)).status).toBe(404);
  });
});

describe('a damaged file of edits that were taken back', () => {
  it('is named, with its line and what to do, and without the places of the server', async () => {
    const id = await uploaded('damaged.csv', SHEET);
    writeFileSync(join(folderOf(id), 'edits-withdrawn.jsonl'), '{"sheet":null,"row":2,"omit":true}\n{"she');
    const body = { revision: await revisionOf(id), edits: [change(2, 'lastName', 'Lee 0', 'Leigh')] };
    const told = [await ask('GET', `/sheets/${id}/rows`), await ask('POST', `/sheets/${id}/edits`, body)];
    for (const { json } of told) {
      expect(json.error.code).toBe('EDITS_INVALID');
      expect(json.error.message).toContain(`Line 2 of sheets/${id}/edits-withdrawn.jsonl is no edit`);
      expect(json.error.hint).toContain('Put that line right, or remove it');
      expect(JSON.stringify(json)).not.toContain(serving.directory);
    }
    expect(existsSync(editsFile(id))).toBe(false);
  });
});

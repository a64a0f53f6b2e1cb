import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { textRow, workbook } from '../fixtures/workbook.js';
import { type Place, placeOf, writesOf } from './place.js';

interface Told {
  readonly row: number;
  readonly code: string;
  readonly column: string | null;
  readonly message: string;
}

/** Writes a file of edits, private to its owner. */
async function edit(place: Place, ...edits: readonly object[]): Promise<string> {
  const path = await place.write('edits.jsonl', edits.map((each) => `${JSON.stringify(each)}\n`).join(''));
  await chmod(path, 0o600);
  return path;
}

const problemsOf = (stdout: string) => (JSON.parse(stdout) as { problems: Told[] }).problems;

describe.concurrent('--edits', () => {
  it('changes cells and leaves out rows as a sheet that says so itself would', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { cli, write, csv, sandbox } = place;
    const rows = mixedRows(3).map((row, at) => (at === 1 ? { ...row, userProductPlan: 'GOLD' } : row));
    await write('sheet.csv', csvOf(rows));
    const sheet = { sheet: null, by: 'Ann', at: '2026-11-27T02:00:00Z' };
    const edits = await edit(
      place,
      { ...sheet, row: 3, header: 'userProductPlan', was: 'GOLD', text: 'PROFESSIONAL' },
      // who edits an edit may say what stands there now, or what the sheet has
      { ...sheet, row: 2, header: 'lastName', was: 'Lee 0', text: 'Leigh' },
      { ...sheet, row: 2, header: 'lastName', was: 'Leigh', text: ' Leighton ' },
      { ...sheet, row: 2, header: 'lastName', was: 'Lee 0', text: 'Layton' },
      { ...sheet, row: 4, omit: true },
    );
    expectExit(await cli('validate', 'sheet.csv'), 1);
    const checked = await cli('validate', 'sheet.csv', '--edits', edits, '--json');
    expectExit(checked, 0);
    expect(JSON.parse(checked.stdout).rows).toEqual({ total: 2, valid: 2, invalid: 0 });
    const told = problemsOf(checked.stdout).map(({ row, code, message }) => [row, code, message]);
    expect(told).toEqual([
      [4, 'ROW_OMITTED', 'The row is left out, as edits.jsonl says (Ann)'],
      [1, 'SHEET_EDITED', 'Cells changed: 2, rows left out: 1, as edits.jsonl says'],
    ]);

    const run = await cli('run', 'sheet.csv', '--edits', 'edits.jsonl', '--out', 'r', '--json');
    expectExit(run, 0);
    expect(
      csv('r/results.csv').map(({ lastName, userProductPlan, status }) => [
        lastName,
        userProductPlan,
        status,
      ]),
    ).toEqual([
      ['Layton', 'STANDARD', 'created'],
      ['Ray 0', 'PROFESSIONAL', 'created'],
    ]);
    expect([...sandbox.state.users.values()].map(({ lastName }) => lastName).sort()).toEqual([
      'Layton',
      'Ray 0',
    ]);
    expect(place.text('sheet.csv')).toContain('GOLD');
  });

  it('makes a cell of a workbook plain text, keeps what else is known of its row, and the row numbers', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { cli, write, directory } = place;
    const header = [
      'product',
      'accountNumber',
      'accountName',
      'timeZone',
      'billingCycleDay',
      'dialingBehaviorType',
      'extensionLength',
      'firstName',
      'lastName',
      'extension',
      'userProductPlan',
    ];
    const cells = ['BCC', 'A-1', 'Acme', 'US/Mountain', '5', 'OPEN_DIAL_PLAN_TEN_DIGIT', '4', 'Ann', 'Lee'];
    const dated = (number: number, account: string) =>
      textRow(number, [cells[0] ?? '', account, ...cells.slice(2)]).replace(
        '</row>',
        `<c r="J${number}" s="1"><v>45000</v></c><c r="K${number}" t="inlineStr"><is><t>STANDARD</t></is></c></row>`,
      );
    const styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>';
    const rows = textRow(3, header) + dated(5, 'A-1') + dated(6, 'A-2');
    await writeFile(join(directory, 'book.xlsx'), workbook({ sheets: [{ name: 'Users', rows }], styles }));
    const edits = await edit(place, {
      sheet: 'Users',
      row: 5,
      header: 'extension',
      was: '2023-03-15',
      text: '4000',
    });
    const ended = await cli('validate', 'book.xlsx', '--edits', edits, '--json');
    expectExit(ended, 1);
    const found = problemsOf(ended.stdout).filter(({ code }) => code !== 'SHEET_EDITED');
    expect(found.map(({ row, code, column }) => [row, code, column])).toEqual([
      [6, 'TURNED_INTO_DATE', 'extension'],
    ]);
    await write('second.csv', csvOf(mixedRows(1)));
    const two = await cli('validate', 'book.xlsx', 'second.csv', '--edits', edits, '--json');
    expectExit(two, 3);
    expect(JSON.parse(two.stdout).error).toMatchObject({ code: 'EDITS_INVALID' });
    await edit(place, { file: 'book.xlsx', sheet: 'Users', row: 6, omit: true });
    const named = await cli('validate', 'book.xlsx', 'second.csv', '--edits', edits, '--json');
    expectExit(named, 1);
    expect(JSON.parse(named.stdout).rows).toEqual({ total: 2, valid: 1, invalid: 1 });
  });

  it('gives the same problems when a second thread reads the sheet', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const { cli, write } = place;
    const rows = Array.from({ length: 9000 }, (_, n) => ({
      ...(mixedRows(3)[2] ?? {}),
      ...{
        accountNumber: `A-${n}`,
        accountName: 'Bakery 0',
        lastName: `Lee ${n}`,
        firstName: 'Cyr',
        timeZone: 'US/Mountain',
        billingCycleDay: '5',
        dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT',
        extensionLength: '4',
        notes: 'x'.repeat(200),
      },
    }));
    await write('big.csv', csvOf(rows));
    const edits = await edit(
      place,
      { sheet: null, row: 9001, header: 'accountName', was: 'Bakery 0', text: 'x'.repeat(300) },
      { sheet: null, row: 17, header: 'lastName', was: 'Lee 15', text: 'N/A' },
    );
    const ended = await cli('validate', 'big.csv', '--edits', edits, '--json');
    expectExit(ended, 1);
    const found = problemsOf(ended.stdout).map(({ row, code, column }) => [row, code, column]);
    expect(found).toEqual([
      [1, 'UNKNOWN_COLUMN', 'notes'],
      [17, 'NULL_WORD', 'lastName'],
      [9001, 'TOO_LONG', 'accountName'],
      [1, 'SHEET_EDITED', null],
    ]);
  });

  it('refuses what was made for another sheet: at its row, or altogether', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { cli, write, sandbox } = place;
    await write('sheet.csv', csvOf(mixedRows(2)));
    const stale = { sheet: null, row: 2, header: 'lastName', was: 'Smith', text: 'Jones' };
    await edit(place, stale);
    const ended = await cli('run', 'sheet.csv', '--edits', 'edits.jsonl', '--out', 'r', '--json');
    expectExit(ended, 1);
    expect(place.csv('r/results.csv').map(({ status, error }) => [status, error])).toEqual([
      ['invalid', 'Line 1 of edits.jsonl was made for another text than "lastName" holds here'],
      ['pending', ''],
    ]);
    const elsewhere = [
      { ...stale, row: 9 },
      { ...stale, header: 'surname' },
      { ...stale, sheet: 'Users' },
      { sheet: null, row: 4, omit: true },
    ];
    for (const each of elsewhere) {
      await edit(place, each);
      for (const command of [['validate'], ['run', '--out', 's']]) {
        const refused = await cli(...command, 'sheet.csv', '--edits', 'edits.jsonl', '--json');
        expectExit(refused, 3);
        expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'EDIT_STALE' });
      }
    }
    for (const [text, code] of [
      ['{"sheet":null,"row":2', 'EDITS_INVALID'],
      ['{"sheet":null,"row":2,"header":"lastName","text":"s3cret-Word"}', 'EDITS_INVALID'],
      ['{"sheet":null,"row":0,"omit":true}', 'EDITS_INVALID'],
      ['s3cret-Word', 'EDITS_INVALID'],
    ] as const) {
      await write('edits.jsonl', text);
      const refused = await cli('run', 'sheet.csv', '--edits', 'edits.jsonl', '--out', 's', '--json');
      expectExit(refused, 3);
      expect(JSON.parse(refused.stdout).error).toMatchObject({ code });
      expect(refused.stdout + refused.stderr).not.toContain('s3cret');
    }
    const missing = await cli('run', 'sheet.csv', '--edits', 'nothing.jsonl', '--json');
    expect(JSON.parse(missing.stdout).error).toMatchObject({ code: 'EDITS_UNREADABLE' });
    expect(writesOf(sandbox)).toEqual([]);
  });

  it('may bring passwords, which get into no file but the credentials, and no run goes on with other edits', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { cli, write, directory, sandbox } = place;
    const trunk = mixedRows(16).at(-1) ?? {};
    const faulty = {
      ...trunk,
      accountNumber: 'ST-9',
      trunkName: 'clinic-9',
      sipUsername: 'user-9-of-it',
      sipPassword: '',
    };
    await write('sheet.csv', csvOf([trunk, { ...faulty, state: 'Nowhere' }]));
    const change = (row: number, was: string, text: string) => ({
      sheet: null,
      row,
      header: 'sipPassword',
      was,
      text,
    });
    const lines = [change(2, '(see credentials.csv)', 'edited-Word-1'), change(3, '', 'edited-Word-2')];
    const edits = await edit(place, ...lines);
    await chmod(edits, 0o644);
    const args = [
      'sheet.csv',
      '--edits',
      edits,
      '--out',
      'r',
      '--on-invalid',
      'skip',
      '--http-log',
      '--json',
    ];
    const ended = await cli('run', ...args);
    expectExit(ended, 1);
    expect(sandbox.state.sipTrunks.toJSON().map(({ sipPassword }) => sipPassword)).toEqual(['edited-Word-1']);
    expect(place.text('r/credentials.csv')).toContain('edited-Word-1');
    for (const name of ['results.csv', 'errors.csv', 'report.html', 'run.log', 'http.jsonl', 'journal.db'])
      expect(place.text(`r/${name}`), name).not.toContain('edited-Word');
    expect(ended.stdout + ended.stderr).not.toContain('edited-Word');
    expect(ended.stderr).toContain(`chmod 600 ${edits}`);

    await edit(place, ...lines, change(3, '', 'edited-Word-3'));
    const refused = await cli('resume', 'r', '--json');
    expectExit(refused, 3);
    expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'EDITS_CHANGED' });
    await rm(join(directory, 'edits.jsonl'));
    expectExit(await cli('resume', 'r', '--json'), 1);
  });

  it('is in the commands that are printed for the sheet, and not in those for its errors', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', csvOf(mixedRows(2).map((row) => ({ ...row, timeZone: 'Nowhere' }))));
    await edit(place, { sheet: null, row: 2, header: 'lastName', was: 'Lee 0', text: 'Lay' });
    const checked = await place.cli('validate', 'sheet.csv', '--edits', 'edits.jsonl');
    expect(checked.stdout).toContain('alianza-import validate sheet.csv --edits edits.jsonl');
    const run = await place.cli('run', 'sheet.csv', '--edits', 'edits.jsonl', '--out', 'r');
    expect(run.stdout).toContain('alianza-import run r/errors.csv');
    expect(run.stdout).not.toContain('errors.csv --edits');
  });
});

import { chmodSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { textRow, workbook } from '../fixtures/workbook.js';
import { zip } from '../fixtures/zip.js';
import { readAll, stopOf, workspace } from './reading.js';

const { path, file } = workspace();
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const good = workbook({
  sheets: [
    {
      rows:
        textRow(1, ['account', 'name']) +
        Array.from({ length: 500 }, (_, i) => textRow(i + 2, [`${i}`, `name ${i * 7919}`])).join(''),
    },
  ],
});

async function expectStop(target: string, code: string, message: RegExp): Promise<void> {
  const error = await stopOf(target);
  expect(error).toMatchObject({ code, exit: 'nothingDone', message: expect.stringMatching(message) });
  expect(error.message).toMatch(/\.$/);
  expect(error.hint).not.toBe('');
}

describe('each unreadable thing has one clear sentence', () => {
  it('a missing file', () => expectStop(path('no.csv'), 'SHEET_NOT_FOUND', /There is no file .*no\.csv/));
  it('a directory', () => {
    mkdirSync(path('dir'));
    return expectStop(path('dir'), 'SHEET_UNREADABLE', /is a directory/);
  });
  it.skipIf(process.getuid?.() === 0)('no permission', () => {
    chmodSync(file('secret.csv', 'account,name\n'), 0);
    return expectStop(path('secret.csv'), 'SHEET_UNREADABLE', /permission/);
  });
  it('an empty file', () => expectStop(file('empty.csv', ''), 'SHEET_EMPTY', /is empty/));
  it('a password-protected workbook', () => {
    const bytes = Buffer.concat([
      OLE,
      Buffer.alloc(1000),
      Buffer.from('EncryptedPackage', 'utf16le'),
      Buffer.alloc(50),
    ]);
    return expectStop(file('locked.xlsx', bytes), 'SHEET_PROTECTED', /password/);
  });
  it('an .xls', () => {
    const bytes = Buffer.concat([
      OLE,
      Buffer.alloc(1000),
      Buffer.from('Workbook', 'utf16le'),
      Buffer.alloc(50),
    ]);
    return expectStop(file('old.xls', bytes), 'SHEET_OLD_FORMAT', /before Excel 2007/);
  });
  it.each([
    [
      '~$customers.xlsx',
      'customers.xlsx',
      Buffer.concat([Buffer.from('\x05Nora '), Buffer.alloc(159, 0x20)]),
    ],
    ['.~lock.customers.xlsx#', 'customers.xlsx', Buffer.from(',nora,host,26.11.2026 23:50,file:///x;')],
  ])('the lock file %s', async (name, workbookName, content) => {
    await expectStop(file(name, content), 'SHEET_LOCK_FILE', /lock file/);
    expect((await stopOf(path(name))).hint).toContain(`give ${workbookName} itself`);
  });
  it('but not a workbook that is called like one', async () => {
    expect((await readAll(file('~$real.xlsx', good))).tables[0]?.rows).toHaveLength(500);
  });
  it('an element of a million attributes, at once', async () => {
    const many = Array.from({ length: 1_000_000 }, (_, i) => `a${i}="1"`).join(' ');
    const started = Date.now();
    const bytes = workbook({ sheets: [{ rows: `<row r="1" ${many}><c/></row>` }] });
    await expectStop(file('attributes.xlsx', bytes), 'SHEET_DAMAGED', /more than 256 attributes/);
    expect(Date.now() - started).toBeLessThan(10_000);
  });
  it('a zip without a workbook', () =>
    expectStop(file('a.zip', zip({ 'a.txt': 'x' })), 'SHEET_FORMAT_UNKNOWN', /without a workbook/));
  it('an .xlsb', () =>
    expectStop(file('b.xlsb', zip({ 'xl/workbook.bin': 'x' })), 'SHEET_FORMAT_UNKNOWN', /binary Excel/));
  it('an .ods', () =>
    expectStop(
      file('c.ods', zip({ mimetype: 'x', 'content.xml': 'x' })),
      'SHEET_FORMAT_UNKNOWN',
      /OpenDocument/,
    ));
  it('a PDF', () => expectStop(file('d.pdf', '%PDF-1.7\n'), 'SHEET_FORMAT_UNKNOWN', /PDF/));
  it('a web page named .xls', () =>
    expectStop(file('e.xls', '<html><table>'), 'SHEET_FORMAT_UNKNOWN', /web page/));
  it('a binary file', () =>
    expectStop(file('f.csv', Buffer.from([1, 0, 0, 0, 7, 9, 0, 3])), 'SHEET_FORMAT_UNKNOWN', /neither/));
  it('damaged XML', () =>
    expectStop(
      file('g.xlsx', workbook({ sheets: [{ rows: '<row><c></row>' }] })),
      'SHEET_DAMAGED',
      /damaged/,
    ));
  it('a text that is not in the table', () =>
    expectStop(
      file(
        'h.xlsx',
        workbook({
          sheets: [{ rows: `${textRow(1, ['account', 'name'])}<row r="2"><c t="s"><v>3</v></c></row>` }],
        }),
      ),
      'SHEET_DAMAGED',
      /text that is missing/,
    ));
  it('a worksheet part that is missing', () =>
    expectStop(
      file('i.xlsx', workbook({ sheets: [{ rows: '' }], parts: { 'xl/worksheets/sheet1.xml': undefined } })),
      'SHEET_DAMAGED',
      /sheet1\.xml is missing/,
    ));
});

describe('a damaged workbook', () => {
  it.each(Array.from({ length: 20 }, (_, i) => i / 20))(
    'cut off at %d of its length is refused',
    async (share) => {
      const cut = good.subarray(0, Math.max(4, Math.floor(good.length * share)));
      expect((await stopOf(file(`cut-${share}.xlsx`, cut))).code).toBe('SHEET_DAMAGED');
    },
  );

  it('with a byte changed anywhere is refused or reads the same', async () => {
    const whole = JSON.stringify((await readAll(file('whole.xlsx', good))).tables);
    let refused = 0;
    for (let i = 0; i < 60; i += 1) {
      const bytes = Buffer.from(good);
      const at = Math.floor((bytes.length * i) / 60);
      bytes[at] = (bytes[at] as number) ^ 0x10;
      const read = await readAll(file('flipped.xlsx', bytes)).then(
        ({ tables }) => JSON.stringify(tables),
        (error: Error) => error.name,
      );
      if (read === 'StopError') refused += 1;
      else expect(read).toBe(whole);
    }
    expect(refused).toBeGreaterThan(40);
  });
});

it('content that does not fit the name is read as what it is, with a notice', async () => {
  const { tables, notices } = await readAll(
    file('really.csv', good),
    file('text.xlsx', 'account,name\n1,x\n'),
  );
  expect(tables.map(({ rows }) => rows.length)).toEqual([500, 1]);
  expect(notices.map(({ code }) => code)).toEqual(['CONTENT_NOT_EXTENSION', 'CONTENT_NOT_EXTENSION']);
});

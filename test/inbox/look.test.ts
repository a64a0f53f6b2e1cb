import { mkdirSync, writeFileSync } from 'node:fs';
import { rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { foldersOf } from '../../src/inbox/folders.js';
import { look } from '../../src/inbox/look.js';
import { Memory } from '../../src/inbox/memory.js';
import { kindOfName, nameInTarget, nameOfDirectory } from '../../src/inbox/names.js';
import { zip } from '../fixtures/zip.js';
import { temporaryDirectory } from '../results/journals.js';

const SETTINGS = { settleMs: 60, giveUpMs: 3_600_000, marker: null, order: 'arrival' } as const;

async function inboxOf() {
  const root = await temporaryDirectory();
  const memory = new Memory(join(root, 'inbox.db'));
  onTestFinished(() => memory.close());
  const folders = () =>
    foldersOf(root, { flags: {}, env: {} }).flatMap((each) => ('error' in each ? [] : [each]));
  const names = (settings: Partial<Parameters<typeof look>[2]> = {}) =>
    look(folders(), memory, { ...SETTINGS, ...settings }).ready.map(({ name }) => name);
  const write = (name: string, content: string | Buffer) => {
    const path = join(root, name);
    writeFileSync(path, content);
    return path;
  };
  return { root, memory, names, write };
}

describe('a file in a drop folder', () => {
  it('is ready when nothing of it has changed for the settling time', async () => {
    const { names, write } = await inboxOf();
    write('a.csv', 'x\n');
    expect(names()).toEqual([]);
    await sleep(80);
    write('a.csv', 'y\n');
    // as long as before, of the same size: its time of change tells
    expect(names()).toEqual([]);
    await sleep(80);
    expect(names()).toEqual(['a.csv']);
  });

  it('is not taken for old since its time is (cp -p), nor for new since the clock was set back', async () => {
    const { names, write } = await inboxOf();
    const path = write('a.csv', 'x\n');
    await utimes(path, new Date('2001-01-01'), new Date('2001-01-01'));
    expect(names()).toEqual([]);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('1999-01-01') });
    onTestFinished(() => void vi.useRealTimers());
    await sleep(80);
    expect(names()).toEqual(['a.csv']);
    expect(names()).toEqual(['a.csv']);
  });

  it('is another when it was put in the place of one', async () => {
    const { root, names, write } = await inboxOf();
    write('a.csv', 'x\n');
    names();
    await sleep(80);
    await rename(write('b.part', 'y\n'), join(root, 'a.csv'));
    expect(names()).toEqual([]);
  });

  it('is remembered from one call to the next, unless the machine was started anew', async () => {
    const { memory, names, write } = await inboxOf();
    write('a.csv', 'x\n');
    names();
    await sleep(80);
    const [key, seen] = [...memory.looks()][0] ?? [];
    if (key === undefined || seen === undefined) throw new Error('nothing was remembered');
    memory.setLooks(new Map([[key, { ...seen, epoch: 'an earlier start' }]]), []);
    expect(names()).toEqual([]);
    await sleep(80);
    expect(names()).toEqual(['a.csv']);
  });

  it('that is a workbook waits for its end, and a file of zeros for its content', async () => {
    const { names, write } = await inboxOf();
    const whole = zip({ 'a.xml': '<a/>' });
    write('whole.xlsx', whole);
    write('cut.xlsx', whole.subarray(0, -30));
    write('empty.xlsx', Buffer.alloc(1000));
    write('room.csv', Buffer.concat([Buffer.from('a,b\n1,2\n'), Buffer.alloc(1000)]));
    write('utf16.csv', Buffer.from('a,b\n1,2\n', 'utf16le'));
    write('old.xlsx', Buffer.from('d0cf11e0a1b11ae100', 'hex'));
    write('empty.csv', '');
    write('notes.pdf', '%PDF-');
    names();
    await sleep(80);
    expect(names()).toEqual(['old.xlsx', 'utf16.csv', 'whole.xlsx']);
    const late = names({ giveUpMs: 50 });
    expect(late).toEqual([
      'cut.xlsx',
      'empty.xlsx',
      'notes.pdf',
      'old.xlsx',
      'room.csv',
      'utf16.csv',
      'whole.xlsx',
    ]);
  });

  it('comes in its turn: as it arrived, then by name with numbers as numbers', async () => {
    const { names, write } = await inboxOf();
    for (const name of ['10.csv', '9.csv']) write(name, 'x\n');
    names();
    for (const name of ['1.csv', '100.csv', '20.csv']) write(name, 'x\n');
    names();
    await sleep(80);
    expect(names()).toEqual(['9.csv', '10.csv', '1.csv', '20.csv', '100.csv']);
    expect(names({ order: 'name' })).toEqual(['1.csv', '9.csv', '10.csv', '20.csv', '100.csv']);
  });

  it('waits for its marker where there are such, and for nothing else then', async () => {
    const { names, write } = await inboxOf();
    write('a.csv', 'x\n');
    write('b.csv.ok', '');
    expect(names({ marker: '.ok' })).toEqual([]);
    await sleep(80);
    expect(names({ marker: '.ok' })).toEqual([]);
    write('a.csv.ok', '');
    expect(names({ marker: '.ok' })).toEqual(['a.csv']);
  });
});

describe('names', () => {
  it.each([
    ...['.hidden.csv', '~$book.xlsx', '~book.xlsx', 'a.csv.part', 'a.partial', 'a.csv.filepart', 'a.TMP'],
    ...[
      'a.temp',
      'a.crdownload',
      'a.upload',
      'a.swp',
      'a.lock',
      'a.bak',
      'Thumbs.db',
      'desktop.ini',
      '.nfs0001',
    ],
    ...[
      'inbox.json',
      'inbox.db',
      'inbox.db-journal',
      'inbox.log',
      'inbox.lock',
      'acme.json',
      'README.txt',
      'a.csv.ok',
    ],
  ])('%s is left alone', (name) => {
    expect(kindOfName(name, '.ok')).toBe(null);
  });

  it.each(['a.csv', 'B.XLSX', 'c.tsv', 'd.txt', 'e.xlsm', '-rf.csv', 'a b.csv'])('%s is a sheet', (name) => {
    expect(kindOfName(name, null)).toBe('sheet');
  });

  it('are kept in their directory where they can be', () => {
    const kept = ['a b.csv', "it's.csv", 'x\ny.csv', '-rf.csv', '漢字.csv'];
    for (const name of kept) expect(nameInTarget(Buffer.from(name))).toBe(name);
    expect(nameInTarget(Buffer.from('errors.csv'))).toBe('sheet-errors.csv');
    expect(nameInTarget(Buffer.from([0x61, 0xff, 0xfe, 0x2e, 0x63, 0x73, 0x76]))).toBe('a_.csv');
    const long = nameInTarget(Buffer.from(`${'ä'.repeat(120)}.csv`));
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(200);
    expect(long).toMatch(/^ä+\.csv$/);
    expect(nameOfDirectory(Buffer.from('x\ny "z".csv'))).toBe('x_y_"z".csv');
    expect(nameOfDirectory(Buffer.from('../../etc.csv'))).toBe('__.._etc.csv');
    expect(Buffer.byteLength(nameOfDirectory(Buffer.from(`${'é'.repeat(90)}.xlsx`)))).toBeLessThanOrEqual(
      100,
    );
  });
});

describe('the memory of an inbox', () => {
  it('that is damaged is begun anew', async () => {
    const root = await temporaryDirectory();
    mkdirSync(join(root, 'in'));
    const file = join(root, 'in', 'inbox.db');
    writeFileSync(file, 'no database at all, but long enough to be taken for one'.repeat(100));
    const memory = new Memory(file);
    onTestFinished(() => memory.close());
    expect(memory.nextLook()).toBe(1);
    expect(memory.nextLook()).toBe(2);
  });
});

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Journal, type StoredRow } from '../../src/journal/journal.js';
import { randomFrom } from '../fixtures/random.js';
import { temporaryDirectory } from '../results/journals.js';

interface Rec {
  readonly name: string;
}
const ODD = `Jörg "O'Neil"; DROP TABLE rows; -- 漢字 😀 \\ \n\t`;

async function journalOf() {
  const file = join(await temporaryDirectory(), 'journal.db');
  let journal = new Journal<Rec>(file);
  onTestFinished(() => journal.close());
  const reopen = async () => {
    await journal.close();
    journal = new Journal<Rec>(file);
    return journal;
  };
  return { journal, reopen };
}

function row(ordinal: number, status = 'pending'): Omit<StoredRow<Rec>, 'result' | 'selection'> {
  return {
    ordinal,
    source: 1,
    row: ordinal + 1,
    cells: [`cell ${ordinal}`, ''],
    record: { name: `n${ordinal}` },
    status,
  };
}

describe('facts and sources', () => {
  it('come back as they were, after a restart too', async () => {
    const { journal, reopen } = await journalOf();
    const facts = { text: ODD, list: [1, null, true, { a: [] }], big: 'x'.repeat(2_000_000) };
    await journal.setMeta('facts', { text: 'old' });
    await journal.setMeta('facts', facts);
    await journal.addSource({ id: 2, file: 'b.xlsx', sheet: ODD, header: [], understood: [] });
    await journal.addSource({
      id: 1,
      file: ODD,
      sheet: null,
      header: [ODD, '', 'x'],
      understood: [{ header: ODD }],
    });
    const again = await reopen();
    expect(again.meta('facts')).toEqual(facts);
    expect(again.meta('other')).toBeUndefined();
    expect(again.sources()).toEqual([
      { id: 1, file: ODD, sheet: null, header: [ODD, '', 'x'], understood: [{ header: ODD }] },
      { id: 2, file: 'b.xlsx', sheet: ODD, header: [], understood: [] },
    ]);
  });
});

describe('rows', () => {
  it('come back whole', async () => {
    const { journal, reopen } = await journalOf();
    const odd = { ...row(1), cells: [ODD, '', '='], record: { name: ODD } };
    await journal.addRow(odd, null);
    const again = await reopen();
    expect(again.row(1)).toEqual({ ...odd, result: null, selection: 'selected' });
    expect(again.row(2)).toBeUndefined();
  });

  it('are read in input order, in pages, of one status', async () => {
    const { journal } = await journalOf();
    const statuses = ['pending', 'failed', 'pending', 'invalid', 'pending'];
    await Promise.all([5, 3, 1, 2, 4].map((n) => journal.addRow(row(n, statuses[n - 1]), null)));
    const ordinals = (...args: Parameters<typeof journal.rowsAfter>) =>
      journal.rowsAfter(...args).map(({ ordinal }) => ordinal);
    expect(ordinals(0, 100)).toEqual([1, 2, 3, 4, 5]);
    expect(ordinals(1, 2)).toEqual([2, 3]);
    expect(ordinals(5, 10)).toEqual([]);
    expect(ordinals(0, 2, 'pending')).toEqual([1, 3]);
    expect(ordinals(1, 2, 'pending')).toEqual([3, 5]);
    expect(ordinals(0, 10, 'created')).toEqual([]);
    expect(journal.countRows()).toEqual(
      new Map([
        ['pending', 3],
        ['failed', 1],
        ['invalid', 1],
      ]),
    );
  });

  it('get a status and a result', async () => {
    const { journal } = await journalOf();
    await journal.addRow(row(1), null);
    await journal.setRowStatus(1, 'created', { accountId: 'A1', error: ODD });
    expect(journal.row(1)).toMatchObject({ status: 'created', result: { accountId: 'A1', error: ODD } });
    await journal.setRowStatus(1, 'pending', null);
    expect(journal.row(1)).toMatchObject({ status: 'pending', result: null });
  });

  it('are found by the number they name', async () => {
    const { journal } = await journalOf();
    await journal.addRow(row(1), null);
    await journal.addRow(row(2), '18015550100');
    expect(journal.rowOfPhone('18015550100')).toBe(2);
    expect(journal.rowOfPhone('18015550101')).toBeUndefined();
    expect(journal.rowOfPhone('')).toBeUndefined();
  });

  it('cannot be written twice under one ordinal', async () => {
    const { journal } = await journalOf();
    await journal.addRow(row(1), null);
    await expect(journal.addRow(row(1), null)).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' });
  });
});

describe('problems', () => {
  it('belong to a row, or to the input as a whole, in the order they came', async () => {
    const { journal } = await journalOf();
    await journal.addProblem(1, { code: 'A', value: ODD });
    await journal.addProblem(0, { code: 'B' });
    await journal.addProblem(1, { code: 'C' });
    expect(journal.problems(1)).toEqual([{ code: 'A', value: ODD }, { code: 'C' }]);
    expect(journal.problems(0)).toEqual([{ code: 'B' }]);
    expect(journal.problems(2)).toEqual([]);
  });
});

describe('steps', () => {
  const key = `user:${ODD}/4000`;

  it('stand at their intent until they are settled, over a restart', async () => {
    const { journal, reopen } = await journalOf();
    const before = Date.now();
    await journal.intend(key, 'user', 3, { firstName: ODD });
    const again = await reopen();
    expect(again.step(key)).toEqual({
      seq: 1,
      key,
      kind: 'user',
      owner: 3,
      state: 'intent',
      at: expect.any(Number),
      intent: { firstName: ODD },
      outcome: null,
    });
    expect(again.step(key)?.at).toBeGreaterThanOrEqual(before);
    await again.settle(key, 'user', 3, 'created', { id: 'U1' });
    expect(again.step(key)).toMatchObject({
      seq: 1,
      state: 'created',
      intent: { firstName: ODD },
      outcome: { id: 'U1' },
    });
    expect(again.step('user:other')).toBeUndefined();
  });

  it('are in doubt again when they are intended after they were settled', async () => {
    const { journal } = await journalOf();
    await journal.intend(key, 'user', 1, { n: 1 });
    await journal.settle(key, 'user', 1, 'failed', { message: 'no' });
    await journal.intend(key, 'user', 7, { n: 2 });
    expect(journal.step(key)).toMatchObject({ owner: 1, state: 'intent', intent: { n: 2 }, outcome: null });
    expect(journal.countSteps()).toEqual([{ kind: 'user', state: 'intent', count: 1 }]);
  });

  it('may be settled without an intent', async () => {
    const { journal } = await journalOf();
    await journal.settle(key, 'user', 2, 'existing', { id: 'U1' });
    expect(journal.step(key)).toMatchObject({
      owner: 2,
      state: 'existing',
      intent: {},
      outcome: { id: 'U1' },
    });
  });

  it('are read by kind, newest first, in pages', async () => {
    const { journal } = await journalOf();
    for (const [n, kind] of ['user', 'account', 'user', 'user'].entries())
      await journal.settle(`${kind}:${n}`, kind, n, 'created', {});
    const keys = (before: number, limit: number) =>
      journal.stepsBefore('user', before, limit).map((step) => step.key);
    expect(keys(Number.MAX_SAFE_INTEGER, 2)).toEqual(['user:3', 'user:2']);
    expect(keys(3, 10)).toEqual(['user:0']);
    expect(keys(1, 10)).toEqual([]);
    expect(journal.countSteps()).toEqual(
      expect.arrayContaining([
        { kind: 'user', state: 'created', count: 3 },
        { kind: 'account', state: 'created', count: 1 },
      ]),
    );
  });

  it('are counted by the product of the row that first asked for them, and tell when the last was written', async () => {
    const { journal } = await journalOf();
    expect(journal.lastStepAt()).toBeNull();
    const products = ['BCC', 'SIP_TRUNK', null];
    for (const [index, product] of products.entries()) {
      const record = { product } as unknown as Rec;
      const row = { ordinal: index + 1, source: 1, row: index + 2, cells: [], record, status: 'pending' };
      await journal.addRow(row, null);
    }
    const before = Date.now();
    await journal.settle('account:1', 'account', 1, 'created', {});
    await journal.settle('account:2', 'account', 1, 'existing', {});
    await journal.settle('user:1', 'user', 1, 'created', {});
    await journal.settle('user:2', 'user', 1, 'created', {});
    await journal.settle('account:3', 'account', 2, 'created', {});
    await journal.settle('account:4', 'account', 3, 'failed', {});
    const counts = journal.countStepsByProduct();
    expect(counts).toHaveLength(5);
    expect(counts).toEqual(
      expect.arrayContaining([
        { product: 'BCC', kind: 'account', state: 'created', count: 1 },
        { product: 'BCC', kind: 'account', state: 'existing', count: 1 },
        { product: 'BCC', kind: 'user', state: 'created', count: 2 },
        { product: 'SIP_TRUNK', kind: 'account', state: 'created', count: 1 },
        { product: '', kind: 'account', state: 'failed', count: 1 },
      ]),
    );
    expect(journal.lastStepAt()).toBeGreaterThanOrEqual(before);
    expect(journal.lastStepAt()).toBeLessThanOrEqual(Date.now());
  });

  it('keep the number that a search picked for them', async () => {
    const { journal, reopen } = await journalOf();
    await journal.intend('number:a', 'number', 1, {}, '18015550100');
    await journal.intend('number:b', 'number', 2, {});
    const again = await reopen();
    expect(again.pickedBy('18015550100')).toBe('number:a');
    expect(again.pickedBy('18015550101')).toBeUndefined();
    await again.intend('number:a', 'number', 1, {}, '18015550102');
    expect(again.pickedBy('18015550100')).toBe('number:a');
    expect(again.pickedBy('18015550102')).toBe('number:a');
  });
});

describe('retryFailed', () => {
  it('makes failed and skipped rows pending, forgets failed steps, and keeps what is in doubt', async () => {
    const { journal } = await journalOf();
    const statuses = ['failed', 'skipped', 'created', 'invalid', 'existing', 'pending'];
    for (const [index, status] of statuses.entries()) {
      await journal.addRow(row(index + 1), null);
      await journal.setRowStatus(index + 1, status, { error: status });
    }
    await journal.settle('user:failed', 'user', 1, 'failed', { message: 'no' });
    await journal.settle('user:created', 'user', 3, 'created', { id: 'U' });
    await journal.intend('user:doubt', 'user', 1, {});
    await journal.retryFailed();
    expect(journal.rowsAfter(0, 10).map(({ status, result }) => [status, result])).toEqual([
      ['pending', null],
      ['pending', null],
      ['created', { error: 'created' }],
      ['invalid', { error: 'invalid' }],
      ['existing', { error: 'existing' }],
      ['pending', { error: 'pending' }],
    ]);
    expect(journal.step('user:failed')).toBeUndefined();
    expect(journal.step('user:created')?.state).toBe('created');
    expect(journal.step('user:doubt')?.state).toBe('intent');
  });
});

describe('retryTransient', () => {
  it('makes pending again what failed or was skipped for passing reasons only', async () => {
    const { journal } = await journalOf();
    const results = [{ transient: true }, { error: 'no' }, { transient: true }, { transient: true }];
    for (const [index, status] of ['failed', 'failed', 'skipped', 'created'].entries()) {
      await journal.addRow(row(index + 1), null);
      await journal.setRowStatus(index + 1, status, results[index] ?? null);
    }
    await journal.retryTransient();
    expect(journal.rowsAfter(0, 10).map(({ status }) => status)).toEqual([
      'pending',
      'failed',
      'pending',
      'created',
    ]);
  });
});

describe('forgetInput', () => {
  it('empties sources, rows and problems, and nothing else', async () => {
    const { journal } = await journalOf();
    await journal.setMeta('facts', { a: 1 });
    await journal.addSource({ id: 1, file: 'a.csv', sheet: null, header: [], understood: [] });
    await journal.addRow(row(1), '18015550100');
    await journal.addProblem(1, { code: 'A' });
    await journal.settle('account:1', 'account', 1, 'created', {});
    await journal.forgetInput();
    expect(journal.sources()).toEqual([]);
    expect(journal.rowsAfter(0, 10)).toEqual([]);
    expect(journal.problems(1)).toEqual([]);
    expect(journal.rowOfPhone('18015550100')).toBeUndefined();
    expect(journal.meta('facts')).toEqual({ a: 1 });
    expect(journal.step('account:1')?.state).toBe('created');
    await journal.addSource({ id: 1, file: 'b.csv', sheet: null, header: [], understood: [] });
    await journal.addRow(row(1), null);
    expect(journal.row(1)?.status).toBe('pending');
  });
});

describe('answers', () => {
  it('are remembered, the last one of a question', async () => {
    const { journal, reopen } = await journalOf();
    await journal.rememberAnswer(ODD, { valid: false });
    await journal.rememberAnswer(ODD, { valid: true, text: ODD });
    const again = await reopen();
    expect(again.answer(ODD)).toEqual({ valid: true, text: ODD });
    expect(again.answer('other')).toBeUndefined();
  });
});

describe('a damaged journal', () => {
  /** Reads everything that there is. */
  async function readAll(file: string, access: 'read' | 'write'): Promise<void> {
    const journal = new Journal<Rec>(file, access);
    try {
      journal.meta('facts');
      journal.sources();
      for (const each of journal.rows()) journal.problems(each.ordinal);
      journal.countRows();
      journal.stepsByAccount(['created']);
      journal.countStepsByProduct();
      journal.countEvents();
      journal.countNight();
      for (const { ordinal } of journal.rowsOfPortOrder('order')) journal.eventsOf(ordinal);
      for (const { kind } of journal.countSteps())
        for (const { key } of journal.steps(kind)) journal.step(key);
      journal.pickedBy('18015550100');
      journal.answer(ODD);
    } finally {
      await journal.close();
    }
  }

  it('is said to be, wherever a byte of it is another or its end is cut off, and reads as it was or not at all', async () => {
    const directory = await temporaryDirectory();
    const whole = join(directory, 'whole.db');
    const journal = new Journal<Rec>(whole);
    await journal.setMeta('facts', { text: ODD });
    await journal.addSource({ id: 1, file: ODD, sheet: ODD, header: [ODD], understood: [{ header: ODD }] });
    for (let n = 1; n <= 30; n++) {
      await journal.addRow({ ...row(n), record: { name: `${ODD} ${n}`.repeat(20) } }, `1801555${1000 + n}`);
      await journal.addProblem(n, { code: ODD });
      await journal.intend(`user:${ODD}/${n}`, 'user', n, { firstName: ODD }, `1801556${1000 + n}`);
      await journal.settle(`user:${ODD}/${n}`, 'user', n, 'created', { id: `U${n}` });
      await journal.keepEvent(n, 'PORT_REQUEST', { status: 'PENDING', focDate: '2026-12-15', words: ODD });
    }
    await journal.rememberAnswer(ODD, { valid: true });
    await journal.close();
    const bytes = readFileSync(whole);
    let told = 0;
    const random = randomFrom(7);
    for (let tries = 0; tries < 300; tries++) {
      const at = Math.floor(random() * bytes.length);
      const damaged = tries % 10 === 0 ? bytes.subarray(0, at) : Buffer.from(bytes);
      if (tries % 10 > 0) damaged[at] = (damaged[at] ?? 0) ^ (tries % 2 === 0 ? 0xff : 1 << (tries % 8));
      const file = join(directory, `${tries}.db`);
      writeFileSync(file, damaged);
      for (const access of ['read', 'write'] as const)
        await readAll(file, access).catch((error: unknown) => {
          told++;
          expect(error, `byte ${at}`).toMatchObject({
            name: 'StopError',
            code: expect.stringMatching(/^JOURNAL_(DAMAGED|OF_ANOTHER_VERSION|UNUSABLE)$/),
          });
        });
      rmSync(file, { force: true });
    }
    expect(told).toBeGreaterThan(100);
  });
});

describe('a reader', () => {
  it('finds the steps that a writer adds after it has looked', async () => {
    const file = join(await temporaryDirectory(), 'journal.db');
    const writer = new Journal<Rec>(file);
    const reader = new Journal<Rec>(file, 'read');
    onTestFinished(async () => {
      await reader.close();
      await writer.close();
    });
    expect(reader.step('user:1')).toBeUndefined();
    await writer.intend('user:1', 'user', 1, {});
    expect(reader.step('user:1')?.state).toBe('intent');
    await expect(reader.setMeta('x', 1)).rejects.toMatchObject({ name: 'StopError' });
    expect(writer.meta('x')).toBeUndefined();
  });
});

describe('a time of the journal', () => {
  it('that lies in the future is now', async () => {
    const { journal } = await journalOf();
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await journal.intend('user:1', 'user', 1, {});
    vi.useRealTimers();
    const before = Date.now();
    const { at = 0 } = journal.step('user:1') ?? {};
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });
});

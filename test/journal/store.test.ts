import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Store } from '../../src/journal/store.js';
import { temporaryDirectory } from '../results/journals.js';

async function storeOf() {
  const file = join(await temporaryDirectory(), 'journal.db');
  const store = new Store(file);
  const put = (key: string, value = '1') =>
    store.durable(() => void store.db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run(key, value));
  const exec = vi.spyOn(store.db, 'exec');
  const commits = () => exec.mock.calls.filter(([sql]) => sql === 'COMMIT').length;
  return { file, store, put, commits };
}

/** The keys as another process sees them. */
function keysOf(file: string): string[] {
  const other = new Database(file);
  try {
    return (other.prepare('SELECT key FROM meta ORDER BY rowid').all() as { key: string }[]).map(
      ({ key }) => key,
    );
  } finally {
    other.close();
  }
}

describe('Store', () => {
  it('writes what waits at the same moment in one transaction, in order', async () => {
    const { file, store, put, commits } = await storeOf();
    const keys = Array.from({ length: 500 }, (_, i) => `key ${i}`);
    const ended: string[] = [];
    await Promise.all(keys.map((key) => put(key).then(() => ended.push(key))));
    expect(commits()).toBe(1);
    expect(ended).toEqual(keys);
    expect(keysOf(file)).toEqual(keys);
    await store.close();
  });

  it('puts what comes during a flush into the next transaction', async () => {
    const { file, store, put, commits } = await storeOf();
    const first = put('first');
    await new Promise((resolve) => setImmediate(resolve));
    const later = ['a', 'b', 'c'].map((key) => put(key));
    await Promise.all([first, ...later]);
    expect(commits()).toBe(2);
    expect(keysOf(file)).toEqual(['first', 'a', 'b', 'c']);
    await store.close();
  });

  it('shows a write to other processes once its promise resolves, not before its transaction', async () => {
    const { file, store, put } = await storeOf();
    const write = put('key');
    expect(keysOf(file)).toEqual([]);
    await write;
    expect(keysOf(file)).toEqual(['key']);
    await store.close();
  });

  it('writes what is pending when it is closed, into the one file', async () => {
    const { file, store, put } = await storeOf();
    const writes = [put('a'), put('b')];
    await store.close();
    await Promise.all(writes);
    expect(existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0).toBe(0);
    expect(keysOf(file)).toEqual(['a', 'b']);
  });

  it('flush waits for all that was handed over', async () => {
    const { file, store, put } = await storeOf();
    void put('a');
    void put('b');
    await store.flush();
    expect(keysOf(file)).toEqual(['a', 'b']);
    await store.close();
  });

  it('fails all writes at a full disk and all later ones, and leaves nothing half-done', async () => {
    const { file, store, put, commits } = await storeOf();
    await put('before');
    const [{ page_count: pages }] = store.db.prepare('PRAGMA page_count').all() as [{ page_count: number }];
    store.db.prepare(`PRAGMA max_page_count = ${pages}`).all();
    const writes = [put('small'), put('large', 'x'.repeat(1_000_000)), put('after')];
    for (const result of await Promise.allSettled(writes))
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          name: 'StopError',
          code: 'JOURNAL_WRITE_FAILED',
          message: expect.stringContaining('full'),
        },
      });
    await expect(put('later')).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' });
    await expect(store.flush()).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' });
    expect(commits()).toBe(1);
    expect(keysOf(file)).toEqual(['before']);
    await store.close();
    expect(keysOf(file)).toEqual(['before']);
  });

  it('fails what came while the failing transaction was being flushed, too', async () => {
    const { store, put } = await storeOf();
    const first = put('one');
    await new Promise((resolve) => setImmediate(resolve));
    const second = put('one');
    const third = put('two');
    await first;
    const results = await Promise.allSettled([second, third, store.flush()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await store.close();
  });

  it.each<[string, string, (file: string) => void]>([
    ['is no database', 'JOURNAL_DAMAGED', (file) => writeFileSync(file, 'no database, '.repeat(1000))],
    ['is empty', 'JOURNAL_DAMAGED', (file) => writeFileSync(file, '')],
    ['is a folder', 'JOURNAL_UNUSABLE', (file) => mkdirSync(file)],
    ['is in a directory that is not there', 'JOURNAL_UNUSABLE', () => {}],
  ])('refuses a file that %s', async (what, code, prepare) => {
    const directory = await temporaryDirectory();
    const file = join(directory, what.includes('not there') ? 'nowhere/journal.db' : 'journal.db');
    prepare(file);
    for (const access of ['write', 'read'] as const)
      expect(() => new Store(file, access)).toThrow(
        expect.objectContaining({ name: 'StopError', code, message: expect.stringContaining(file) }),
      );
  });

  it('keeps what another store wrote into the same file', async () => {
    const { file, store, put } = await storeOf();
    await put('a');
    await store.close();
    const again = new Store(file);
    onTestFinished(() => again.close());
    expect(again.db.prepare('SELECT key FROM meta').all()).toEqual([{ key: 'a' }]);
  });

  it('refuses what comes after it was closed, and may be closed twice', async () => {
    const { file, store, put } = await storeOf();
    await put('a');
    await store.close();
    await store.close();
    await expect(put('b')).rejects.toMatchObject({ name: 'StopError', code: 'JOURNAL_WRITE_FAILED' });
    expect(keysOf(file)).toEqual(['a']);
  });
});

describe('a journal whose writer was cut off', () => {
  /** A file as a killed writer leaves it after `writes` writes: with its write-ahead log, and never closed. */
  async function cutOff(writes: number) {
    const { file, store } = await storeOf();
    const insert = store.db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
    for (let n = 0; n < writes; n += 400)
      await Promise.all(
        Array.from({ length: Math.min(400, writes - n) }, (_, i) =>
          store.durable(() => void insert.run(`key ${n + i}`, 'x'.repeat(200))),
        ),
      );
    const copy = join(await temporaryDirectory(), 'journal.db');
    for (const end of ['', '-wal']) copyFileSync(file + end, copy + end);
    onTestFinished(() => store.close());
    return copy;
  }
  const missing = (file: string, access: 'write' | 'read') => {
    const store = new Store(file, access);
    onTestFinished(() => store.close());
    return store.tailMissing;
  };
  const lose: [string, (log: string) => void][] = [
    ['is gone', (log) => rmSync(log)],
    ['is empty', (log) => truncateSync(log)],
    ['is another file', (log) => writeFileSync(log, 'no log of any kind. '.repeat(5000))],
  ];

  for (const writes of [1, 3000]) {
    it.each(lose)(`shows after ${writes} writes that its log %s`, async (_what, take) => {
      const file = await cutOff(writes);
      take(`${file}-wal`);
      expect(missing(file, 'read')).toBe(true);
      expect(missing(file, 'write')).toBe(true);
    });

    it(`has its end after ${writes} writes when its log is there, also after a reader came and went`, async () => {
      const file = await cutOff(writes);
      expect(missing(file, 'read')).toBe(false);
      const store = new Store(file);
      expect(store.tailMissing).toBe(false);
      expect(store.db.prepare('SELECT count(*) AS n FROM meta').get()).toMatchObject({ n: writes });
      await store.close();
    });
  }

  it('shows the loss until it was made good, over restarts', async () => {
    const file = await cutOff(10);
    rmSync(`${file}-wal`);
    for (let times = 0; times < 2; times++) {
      const store = new Store(file);
      expect(store.tailMissing).toBe(true);
      await store.close();
    }
    const store = new Store(file);
    await store.tailFound();
    expect(store.tailMissing).toBe(false);
    await store.close();
    expect(missing(file, 'write')).toBe(false);
  });

  it('is not taken for one that was closed and copied without its empty log', async () => {
    const { file, store, put } = await storeOf();
    await put('a');
    await store.close();
    rmSync(`${file}-wal`, { force: true });
    rmSync(`${file}-shm`, { force: true });
    expect(missing(file, 'read')).toBe(false);
    expect(missing(file, 'write')).toBe(false);
  });
});

describe('a reader', () => {
  it('sees what is committed, and can write nothing', async () => {
    const { file, store, put } = await storeOf();
    const reader = new Store(file, 'read');
    onTestFinished(() => reader.close());
    await put('a');
    expect(reader.read(() => reader.db.prepare('SELECT key FROM meta').all())).toMatchObject([{ key: 'a' }]);
    expect(() => reader.db.exec("INSERT INTO meta VALUES ('b', '')")).toThrow('readonly');
    await store.close();
  });
});

describe('a journal of another version', () => {
  it.each([1, 2, 3, 5])('is refused, with who wrote it: form %i', async (form) => {
    const { file, store } = await storeOf();
    store.db.exec(`UPDATE writer SET version = '9.8.7'`);
    store.db.pragma(`user_version = ${form}`);
    await store.close();
    for (const access of ['write', 'read'] as const)
      expect(() => new Store(file, access)).toThrow(
        expect.objectContaining({
          code: 'JOURNAL_OF_ANOTHER_VERSION',
          message: expect.stringContaining('was written by version 9.8.7 of alianza-import'),
        }),
      );
  });

  it('is refused when a build of the same version wrote it in another form', async () => {
    const { file, store } = await storeOf();
    store.db.pragma('user_version = 5');
    await store.close();
    expect(() => new Store(file)).toThrow(
      /by another build of version (\S+) of alianza-import; this is version \1,/,
    );
  });

  it('is refused when it is too old to say who wrote it', async () => {
    const file = join(await temporaryDirectory(), 'journal.db');
    const old = new Database(file);
    old.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)');
    old.close();
    expect(() => new Store(file)).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_OF_ANOTHER_VERSION',
        message: expect.stringContaining('written by another version of'),
      }),
    );
  });
});

describe('a disk that is full when all is written', () => {
  it('fails nothing, and the journal says that its log belongs to it', async () => {
    const { file, store, put } = await storeOf();
    await put('a');
    vi.spyOn(store.db, 'pragma').mockImplementation(() => {
      throw new Error('database or disk is full');
    });
    await store.close();
    expect(store.leftOpen).toBe(
      `The journal could not be put into one file (database or disk is full): ${file}-wal belongs to it. Nothing is lost.`,
    );
    expect(keysOf(file)).toEqual(['a']);
    const again = new Store(file);
    expect(again.tailMissing).toBe(false);
    await again.close();
    expect(again.leftOpen).toBeNull();
  });
});

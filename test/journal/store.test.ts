import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
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

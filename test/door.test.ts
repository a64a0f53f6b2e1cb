import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  listRuns,
  loadProfile,
  openRun,
  readReport,
  resumeRun,
  saveProfile,
  startRun,
  undoRun,
  verifyRun,
} from '../src/index.js';
import type { RunEvent } from '../src/run/events.js';
import {
  SANDBOX_PASSWORD,
  SANDBOX_USERNAME,
  type SandboxOptions,
  startSandbox,
} from '../src/sandbox/server.js';
import { programVersion } from '../src/version.js';
import { csvOf, mixedRows } from './fixtures/rows.js';
import { temporaryDirectory } from './results/journals.js';

async function deskOf(rows: number, options: SandboxOptions = {}) {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  const directory = await temporaryDirectory();
  const sheet = join(directory, 'sheet.csv');
  await writeFile(sheet, csvOf(mixedRows(rows)));
  const runDir = join(directory, 'runs', 'one');
  const env = { ALIANZA_USERNAME: SANDBOX_USERNAME, ALIANZA_PASSWORD: SANDBOX_PASSWORD };
  const request = { sheets: [sheet], options: { 'base-url': sandbox.url, out: runDir }, env };
  return { sandbox, directory, runDir, env, request };
}

describe('a program that drives runs through the door', () => {
  it('starts one, follows its rows, reads it, verifies and undoes it', async () => {
    const { sandbox, directory, runDir, env, request } = await deskOf(8);
    const events: RunEvent[] = [];
    const report = await startRun(request, { on: (event) => void events.push(event) });
    expect(report).toMatchObject({ runDir, exit: 'done', counts: { created: 8 }, stoppedBy: null });
    expect(existsSync(report.results ?? '')).toBe(true);
    const often = ['row', 'progress', 'reading'];
    expect(events.map(({ type }) => type).filter((type) => !often.includes(type))).toEqual([
      ...['opened', 'loaded', 'started', 'ended'],
    ]);
    const ended = events.filter((event) => event.type === 'row');
    expect(ended.map(({ row }) => row).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(ended[0]).toMatchObject({ file: request.sheets[0], sheet: null, status: 'created', error: null });
    expect(ended.every(({ account }) => account !== null && account !== '')).toBe(true);

    expect(await readReport(runDir)).toMatchObject({ exit: 'done', requests: report.requests });
    expect((await listRuns(join(directory, 'runs'))).map((each) => each.runDir)).toEqual([runDir]);
    const run = openRun(runDir);
    expect([...run.rows('created')][0]).toMatchObject({ row: 2, result: { accountId: expect.any(String) } });
    await run.close();
    expect(await verifyRun({ runDir, env })).toMatchObject({ rows: { total: 8, same: 8 }, exit: 'done' });
    expect(await undoRun({ runDir, env })).toMatchObject({ undone: { failed: 0, kept: 0 }, exit: 'done' });
    expect(sandbox.state.accounts.size).toBe(0);
    const who = {
      user: userInfo().username,
      host: hostname(),
      apiUser: SANDBOX_USERNAME,
      version: programVersion(),
    };
    expect(await readReport(runDir)).toMatchObject({
      ...{ undoneAt: expect.any(String), undoneBy: who, next: [] },
      parts: [{ ...who, requests: report.requests }],
    });
  });

  it('stops one 20 ms after its start, and goes on later', async () => {
    const { sandbox, runDir, env, request } = await deskOf(3000);
    const report = await startRun(request, { signal: AbortSignal.timeout(20) }).catch((error) => error);
    expect(report).toMatchObject(
      report instanceof Error ? { code: 'INTERRUPTED' } : { exit: 'interrupted', stoppedBy: 'interrupted' },
    );
    expect(sandbox.requests).toEqual([]);
    if (report instanceof Error) return;
    await expect(resumeRun({ runDir, env }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(sandbox.requests).toEqual([]);
  });

  it('stops one in the middle: what is in flight is finished', async () => {
    const { sandbox, runDir, env, request } = await deskOf(40, { latencyMs: 20 });
    const stop = new AbortController();
    const on = (event: RunEvent) => event.type === 'row' && stop.abort();
    const report = await startRun(request, { signal: stop.signal, on: (event) => void on(event) });
    const { created = 0, pending = 0 } = report.counts;
    expect(report).toMatchObject({ exit: 'interrupted', stoppedBy: 'interrupted', error: null });
    expect(created + pending).toBe(40);
    expect(pending).toBeGreaterThan(0);
    expect(sandbox.requests.filter(({ status }) => status === undefined)).toEqual([]);
    expect(await resumeRun({ runDir, env })).toMatchObject({ exit: 'done', counts: { created: 40 } });
  });

  it('is refused with an error that has a code and a hint, and nothing is left', async () => {
    const { directory, request } = await deskOf(2);
    await expect(startRun({ ...request, sheets: ['nowhere.csv'] })).rejects.toMatchObject({
      ...{ name: 'StopError', code: 'SHEET_NOT_FOUND', hint: expect.any(String), exit: 'nothingDone' },
    });
    expect(await listRuns(join(directory, 'runs'))).toEqual([]);
  });

  it('writes profiles as well as it reads them, and no file that is none', async () => {
    const { directory } = await deskOf(0);
    const path = join(directory, 'acme.json');
    const profile = { headers: { BillTo: 'accountNumber', Rep: null }, blank: ['N/A'] } as const;
    await saveProfile(path, profile);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(profile);
    expect(await loadProfile(path)).toMatchObject({ ...profile, defaults: {}, options: {} });
    await saveProfile(path, { defaults: { country: 'CAN' } });
    expect(await loadProfile(path)).toMatchObject({ headers: {}, defaults: { country: 'CAN' } });
    const wrong = { headers: { BillTo: 'acountNumber' } } as unknown as typeof profile;
    await expect(saveProfile(path, wrong)).rejects.toMatchObject({
      ...{ code: 'PROFILE_INVALID', message: expect.stringContaining('did you mean accountNumber?') },
    });
    expect(await loadProfile(path)).toMatchObject({ headers: {}, defaults: { country: 'CAN' } });
    const nowhere = join(directory, 'no', 'acme.json');
    await expect(saveProfile(nowhere, profile)).rejects.toMatchObject({ code: 'PROFILE_UNWRITABLE' });
  });
});

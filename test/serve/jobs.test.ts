import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import {
  SANDBOX_PASSWORD,
  SANDBOX_USERNAME,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import type { OnTestFinished } from '../fixtures/with-sandbox.js';
import { type Asking, askingOf } from './asking.js';
import { startServingWith } from './serving.js';

const SAMPLES = join(import.meta.dirname, '../../samples');

/** A server of the pages with a platform of its own, both gone after the test. */
async function placeOf(onTestFinished: OnTestFinished, options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ logBodies: false, ...options });
  const directory = await mkdtemp(join(tmpdir(), 'serve-'));
  const env = {
    ALIANZA_BASE_URL: sandbox.url,
    ALIANZA_USERNAME: SANDBOX_USERNAME,
    ALIANZA_PASSWORD: SANDBOX_PASSWORD,
    TMPDIR: directory,
  };
  const serving = await startServingWith(env, directory, '--environments', 'sandbox,custom');
  const asking = await askingOf(serving);
  onTestFinished(async () => {
    await serving.stop();
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });
  const cli = (...args: string[]) => startCli(args, { cwd: directory, env });
  return { sandbox, serving, directory, asking, cli };
}

/** The latest job of a run, once it has ended. */
async function endOf(asking: Asking, run: string): Promise<Record<string, unknown>> {
  const { jobs } = await asking.until(`/runs/${run}/state`, ({ jobs }) => {
    const [latest] = jobs as { state: string }[];
    return latest !== undefined && ['ended', 'interrupted'].includes(latest.state);
  });
  return (jobs as Record<string, unknown>[])[0] ?? {};
}

describe.concurrent('a check', () => {
  it('is of a sheet as it was seen, and is asked for once', async ({ expect, onTestFinished }) => {
    const { asking, directory } = await placeOf(onTestFinished);
    const { json } = await asking.post('/sheets', { name: 'one.csv', text: 'product,firstName\nBCC,Ann\n' });
    const sheet = String(json['id']);
    const { json: state } = await asking.get(`/sheets/${sheet}/state`);
    const revision = String(state['revision']);
    expect(await asking.post(`/sheets/${sheet}/check`, { revision: '000000000000' })).toMatchObject({
      status: 409,
      json: { error: { code: 'CHANGED' }, revision },
    });
    const asked = await Promise.all([1, 2].map(() => asking.post(`/sheets/${sheet}/check`, { revision })));
    expect(new Set(asked.map(({ json }) => (json['job'] as { id: number }).id)).size).toBe(1);
    const { jobs } = await asking.until(
      `/sheets/${sheet}/state`,
      ({ jobs }) => (jobs as { state: string }[])[0]?.state === 'ended',
    );
    expect(jobs).toMatchObject([{ kind: 'check', revision, exit: 1, error: null, stoppedBy: null }]);
    expect(await readFile(join(directory, 'sheets', sheet, `check-${revision}`, 'journal.db'))).toBeDefined();
  });
});

describe.concurrent('a run of the command line', () => {
  it('is resumed, verified and undone by whoever is asked to confirm', async ({ expect, onTestFinished }) => {
    const { sandbox, asking, cli, directory } = await placeOf(onTestFinished, { latencyMs: 20 });
    const run = cli(
      'run',
      join(SAMPLES, 'mixed.xlsx'),
      '--out',
      'runs/mine',
      '--concurrency',
      '2',
      '--quiet',
    );
    while (sandbox.state.accounts.size < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    run.signal('SIGTERM');
    expect((await run.ended).code).toBe(4);
    const resumed = await asking.post('/runs/mine/resume');
    expect(resumed).toMatchObject({ status: 202, json: { job: { kind: 'resume' }, path: '/runs/mine' } });
    expect(await asking.post('/runs/mine/verify')).toMatchObject({
      status: 409,
      json: { error: { code: 'AT_WORK' } },
    });
    expect(await endOf(asking, 'mine')).toMatchObject({ kind: 'resume', exit: 0, error: null });
    expect((await asking.get('/runs/mine/state')).json).toMatchObject({ rows: '30 rows: 30 created' });
    await asking.post('/runs/mine/verify');
    expect(await endOf(asking, 'mine')).toMatchObject({ kind: 'verify', exit: 0 });
    await asking.post('/runs/mine/undo-list');
    expect(await endOf(asking, 'mine')).toMatchObject({ kind: 'undo-list', exit: 0 });
    expect(sandbox.state.accounts.size).toBeGreaterThan(0);
    expect(await asking.post('/runs/mine/undo', { confirm: 'another' })).toMatchObject({
      status: 409,
      json: { error: { code: 'NOT_CONFIRMED' } },
    });
    await asking.post('/runs/mine/undo', { confirm: 'sandbox-partition' });
    expect(await endOf(asking, 'mine')).toMatchObject({ kind: 'undo', exit: 0 });
    expect(sandbox.state.accounts.size).toBe(0);
    for (const file of ['serve.db', 'serve.log', 'jobs/1.log'])
      expect(await readFile(join(directory, file), 'latin1').catch(() => '')).not.toContain(SANDBOX_PASSWORD);
  });
});

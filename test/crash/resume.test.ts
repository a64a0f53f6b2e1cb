import { appendFile, rm } from 'node:fs/promises';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { type OnTestFinished, workspaceOf } from '../fixtures/with-sandbox.js';

const repair = ({ url }: Sandbox) =>
  fetch(`${url}/_sandbox/faults`, { method: 'POST', body: '{"faults":[]}' });

/** A run of which one trunk failed, on a platform that is well again. */
async function failedRun(onTestFinished: OnTestFinished, ...options: string[]) {
  const fixture = await workspaceOf(onTestFinished, mixedRows(16), {
    faults: [{ operation: 'createSipTrunk', kind: '500' }],
  });
  expectExit(await fixture.workspace.run('--retries', '0', ...options), 1);
  await repair(fixture.sandbox);
  return { ...fixture, sent: fixture.sandbox.requests.length };
}

describe.concurrent('a resume is refused', () => {
  it('when the sheet was changed', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace, sent } = await failedRun(onTestFinished);
    await appendFile(workspace.sheet, '\r\n');
    const ended = await workspace.resume('--retry', 'failed');
    expectExit(ended, 3);
    expect(ended.stderr).toContain(`${workspace.sheet} is not what it was when this run began`);
    expect(sandbox.requests).toHaveLength(sent);
  });

  it('for another address', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace, sent } = await failedRun(onTestFinished);
    const ended = await workspace.resume('--retry', 'failed', '--base-url', 'https://api.alianza.com');
    expectExit(ended, 3);
    expect(ended.stderr).toContain(`This run belongs to custom (${sandbox.url})`);
    expect(ended.stderr).toContain('https://api.alianza.com');
    expect(sandbox.requests).toHaveLength(sent);
  });

  it('for another environment', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace, sent } = await failedRun(onTestFinished);
    const { ALIANZA_BASE_URL: _, ...env } = workspace.env;
    for (const environment of ['beta', 'production', 'sandbox']) {
      const args = ['resume', workspace.runDir, '--retry', 'failed', '--environment', environment];
      const ended = await startCli(args, { env }).ended;
      expectExit(ended, 3);
      expect(ended.stderr).toContain(`This run belongs to custom (${sandbox.url})`);
    }
    expect(sandbox.requests).toHaveLength(sent);
  });

  it('for another partition', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace, sent } = await failedRun(onTestFinished);
    const ended = await workspace.resume('--retry', 'failed', '--partition', 'sandbox-sub-partition');
    expectExit(ended, 3);
    expect(ended.stderr).toContain('This run belongs to partition sandbox-partition');
    expect(sandbox.requests.slice(sent).filter(({ operation }) => operation !== 'logUserIn')).toEqual([]);
  });

  it('where there is no run', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(1));
    const ended = await workspace.resume();
    expectExit(ended, 3);
    expect(ended.stderr).toContain('holds no run');
  });
});

describe.concurrent('a resume goes on', () => {
  it('at the same address, however it is written', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await failedRun(onTestFinished);
    expectExit(await workspace.resume('--retry', 'failed', '--base-url', `${sandbox.url}/`), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('without the sheet, once it was read', async ({ expect, onTestFinished }) => {
    const { workspace } = await failedRun(onTestFinished);
    await rm(workspace.sheet);
    expectExit(await workspace.resume('--retry', 'failed'), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('with --retry failed only with what failed: done rows cost no calls', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace, sent } = await failedRun(onTestFinished);
    expect(workspace.counts()).toEqual({ created: 14, failed: 2 });
    expectExit(await workspace.resume(), 1);
    expect(sandbox.requests).toHaveLength(sent);
    expectExit(await workspace.resume('--retry', 'failed'), 0);
    const operations = sandbox.requests
      .slice(sent)
      .map(({ method, operation }) => `${method} ${operation}`)
      .filter((each) => !each.startsWith('GET') || each.includes('Trunk'));
    expect(operations.sort()).toEqual([
      // In doubt after the 500, so it is looked up first.
      'GET retrieveSipTrunkList',
      'GET retrieveSipTrunkList',
      'PATCH patchTelephoneNumberOnAccount',
      'PATCH patchTelephoneNumberOnAccount',
      'POST createSipTrunk',
      'POST createSipTrunk',
      'POST logUserIn',
    ]);
    expect(workspace.differences()).toEqual([]);
  });

  it('and has nothing to do when all is done: no request, and no log-in is needed', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    expectExit(await workspace.run(), 0);
    const sent = sandbox.requests.length;
    const results = workspace.results();
    await rm(`${workspace.runDir}/results.csv`);
    for (const options of [[], ['--retry', 'failed']]) expectExit(await workspace.resume(...options), 0);
    expect(sandbox.requests).toHaveLength(sent);
    expect(workspace.results()).toEqual(results);
  });
});

describe('a run into the directory of another', () => {
  it('is refused, with the command that goes on', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const sent = sandbox.requests.length;
    const ended = await workspace.run();
    expectExit(ended, 3);
    expect(ended.stderr).toContain(`alianza-import resume ${workspace.runDir}`);
    expect(sandbox.requests).toHaveLength(sent);
  });
});

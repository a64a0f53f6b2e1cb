import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows, type SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';

const PASSWORD = 'the-password-of-the-api-user';

/** Every file of a directory with its bytes as text, but for one. */
function filesBut(directory: string, except: string): [string, string][] {
  return readdirSync(directory)
    .filter((name) => name !== except)
    .map((name) => [name, readFileSync(join(directory, name), 'latin1')]);
}

describe.concurrent('secrets', () => {
  it('are in credentials.csv, which only its owner reads, and in no other file', async ({
    expect,
    onTestFinished,
  }) => {
    const options = { password: PASSWORD, env: { ALIANZA_PASSWORD: PASSWORD } };
    const faults = [{ operation: 'createSipTrunk', kind: 'html-after', nth: 2 } as const];
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(32), {
      ...options,
      ...{ tokenCalls: 40, faults },
    });
    const ended = await workspace.run('--http-log');
    expectExit(ended, 0);
    expect(workspace.differences()).toEqual([]);

    const credentials = join(workspace.runDir, 'credentials.csv');
    expect(statSync(credentials).mode & 0o777).toBe(0o600);
    const trunks = [...sandbox.state.sipTrunks.values()];
    expect(trunks).toHaveLength(4);
    for (const { sipUsername, sipPassword } of trunks)
      expect(readFileSync(credentials, 'utf8')).toContain(`"${sipUsername}","${sipPassword}"`);
    expect(trunks.map(({ sipPassword }) => sipPassword)).toContain('given-pass-1!');

    const tokens = new Set(gate.passed.map(({ token }) => token).filter(Boolean));
    expect(tokens.size).toBeGreaterThan(3);
    const secrets = [PASSWORD, ...tokens, ...trunks.flatMap((each) => [each.sipUsername, each.sipPassword])];
    const files = filesBut(workspace.runDir, 'credentials.csv');
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining(['http.jsonl', 'journal.db', 'results.csv', 'run.log']),
    );
    files.push(['the screen', ended.stdout + ended.stderr]);
    const found = files.flatMap(([name, text]) =>
      secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${name}`),
    );
    // The username that the sheet gives is a cell of the sheet.
    expect(found.filter((each) => !each.startsWith('given-user-'))).toEqual([]);
  });

  it('of the sandbox inside the process are not in other files either', async ({
    expect,
    onTestFinished,
  }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    const { TMPDIR = '' } = workspace.env;
    const args = ['run', workspace.sheet, '--out', workspace.runDir, '--http-log', '--quiet'];
    expectExit(await startCli(args, { env: { TMPDIR } }).ended, 0);
    const passwords = [...workspace.credentials().values()].map(({ sipPassword }) => sipPassword);
    expect(passwords).toHaveLength(2);
    const found = filesBut(workspace.runDir, 'credentials.csv').flatMap(([name, text]) =>
      passwords.filter((password) => text.includes(password)).map((password) => `${password} in ${name}`),
    );
    expect(found).toEqual([]);
  });

  it('of a row that the platform refuses are not in its error', async ({ expect, onTestFinished }) => {
    const [trunk = {}] = mixedRows(16).slice(15);
    const other: SheetRow = { ...trunk, accountNumber: 'ST-OTHER', trunkName: 'other' };
    const { workspace } = await workspaceOf(onTestFinished, [
      trunk,
      { ...other, sipUsername: 'given-user-2', sipPassword: 'short' },
      { ...other, accountNumber: 'ST-3', trunkName: 'third', sipPassword: 'another-pass-3' },
    ]);
    await workspace.run('--http-log', '--on-invalid', 'skip');
    const files = filesBut(workspace.runDir, 'credentials.csv');
    for (const [name, text] of files)
      for (const secret of ['given-pass-1!', '"short"', 'another-pass-3'])
        expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
  });

  it('of a sheet from standard input stay out of the run directory', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    const cli = startCli(['run', '-', '--out', workspace.runDir, '--quiet'], {
      env: workspace.env,
      before: `exec < ${workspace.sheet}`,
    });
    expectExit(await cli.ended, 0);
    expect(existsSync(join(workspace.runDir, 'results.csv'))).toBe(true);
    const found = filesBut(workspace.runDir, 'credentials.csv').filter(([, text]) =>
      text.includes('given-pass-1!'),
    );
    expect(found.map(([name]) => name)).toEqual([]);
  });

  it('are masked in http.jsonl, which keeps all else', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run('--http-log'), 0);
    const lines = readFileSync(join(workspace.runDir, 'http.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(sandbox.requests.length);
    const trunk = lines.find(({ operation }) => operation === 'createSipTrunk');
    expect(trunk).toMatchObject({
      method: 'POST',
      status: 200,
      body: { trunkName: 'clinic-0', sipUsername: '********', sipPassword: '********', concurrentCalls: 10 },
      answer: { trunkName: 'clinic-0', sipPassword: '********' },
    });
    expect(trunk.url).toContain(`${sandbox.url}/v2/partition/sandbox-partition/account/`);
    expect(lines[0]).toMatchObject({ operation: 'logUserIn', body: { password: '********' } });
    expect(statSync(join(workspace.runDir, 'http.jsonl')).mode & 0o777).toBe(0o600);
  });
});

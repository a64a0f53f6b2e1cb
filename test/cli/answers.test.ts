import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';

describe.concurrent('an answer', () => {
  it.for(['createAccount', 'createEndUser', 'createBusinessLine', 'createSipTrunk', 'createDevice'])(
    'to %s that belongs to the one before is none: what was made is looked up',
    async (operation, { expect, onTestFinished }) => {
      const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(32));
      let first: string | null = null;
      let crossed = 0;
      gate.rewrite((passing, answer) => {
        if (passing.operation !== operation || passing.method !== 'POST') return undefined;
        if (first !== null && crossed++ === 0) return { text: first };
        first ??= answer;
        return undefined;
      });
      // One after another, so that the look-up is of what was crossed.
      expectExit(await workspace.run('--concurrency', '2'), 0);
      expect(crossed).toBeGreaterThan(0);
      expect(workspace.counts()).toEqual({ created: 32 });
      expect(workspace.differences()).toEqual([]);
    },
  );

  it.for(['null', 'true', '[]', '"OK"', ''])(
    'to a write that says %j is that it was done',
    async (text, { expect, onTestFinished }) => {
      const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(16));
      const struck = new Set<string>();
      gate.rewrite(({ isWrite, operation }) => {
        if (!isWrite || struck.has(operation)) return undefined;
        struck.add(operation);
        return { text };
      });
      expectExit(await workspace.run(), 0);
      expect(struck).toContain('patchTelephoneNumberOnAccount');
      expect(struck.size).toBeGreaterThan(6);
      expect(workspace.differences()).toEqual([]);
    },
  );

  it('whose ID no path can hold is one without', async ({ expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(8));
    const ids = ['"\\ud83d"', '".."', '"."', '" "'];
    gate.rewrite(({ operation }, answer) => {
      const id = /^(createAccount|createEndUser|createBusinessLine)$/.test(operation) ? ids.pop() : undefined;
      return id === undefined ? undefined : { text: answer.replace(/"id":"[^"]*"/, `"id":${id}`) };
    });
    expectExit(await workspace.run(), 0);
    expect(ids).toEqual([]);
    expect(workspace.differences()).toEqual([]);
    expect(gate.passed.filter(({ path }) => /\/\.{1,2}(\/|$)/.test(path))).toEqual([]);
  });
});

describe.concurrent('a refusal', () => {
  const PASSWORD = 'the-log-in-password';

  it('that repeats secrets and holds escapes is told without both', async ({ expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(16), {
      ...{ password: PASSWORD, env: { ALIANZA_PASSWORD: PASSWORD } },
    });
    const secrets: string[] = [PASSWORD];
    gate.rewrite(({ operation, token }, _answer, sent) => {
      if (operation !== 'createSipTrunk') return undefined;
      const { sipUsername, sipPassword } = JSON.parse(sent) as Record<string, string>;
      secrets.push(token, sipPassword ?? '');
      const words = `\u001b[2J\u001b]0;owned\u0007 no ${sipUsername}/${sipPassword} for ${token} (${PASSWORD})\u202e`;
      return { status: 402, text: JSON.stringify({ status: 402, messages: [words, sent] }) };
    });
    const ended = await workspace.run('--http-log');
    expectExit(ended, 1);
    expect(secrets.length).toBeGreaterThan(3);
    const failed = workspace.results().find(({ status }) => status === 'failed');
    expect(failed?.['error']).toContain('no ********/******** for ******** (********)');
    expect(ended.stderr).toContain('no ********/******** for ******** (********)');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
    expect(ended.stderr).not.toMatch(/[\u001b\u0007\u202e]/);

    const texts = readdirSync(workspace.runDir)
      .filter((name) => !/credentials/.test(name))
      .map((name) => [name, readFileSync(join(workspace.runDir, name), 'latin1')] as const);
    texts.push(['the screen', ended.stdout + ended.stderr]);
    expect(texts.map(([name]) => name)).toEqual(
      expect.arrayContaining(['errors.csv', 'http.jsonl', 'journal.db', 'report.html', 'run.log']),
    );
    for (const [name, text] of texts)
      for (const secret of secrets)
        if (secret !== '') expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
  });
});

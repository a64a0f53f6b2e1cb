import { describe, it } from 'vitest';
import { SANDBOX_PARTITION, SANDBOX_PASSWORD, SANDBOX_USERNAME } from '../../src/sandbox/server.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { CHAINS, mixedRows, spelledOut } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';

/** Somebody else who works on the platform at the same time, with an account of its own. */
async function stranger(url: string) {
  const send = async (method: string, path: string, body?: unknown, token = '') => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-AUTH-TOKEN': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const credentials = { username: SANDBOX_USERNAME, password: SANDBOX_PASSWORD };
  const { authToken } = await send('POST', '/v2/authorize', credentials);
  const accounts = `/v2/partition/${SANDBOX_PARTITION}/account`;
  const account = {
    ...{ accountNumber: 'STRANGER', accountName: 'Stranger', accountType: 'SIMPLE', platformType: 'CPE2' },
    ...{ billingCycleDay: 1, timeZone: 'US/Mountain', dialingBehaviorType: 'SEVEN_DIGIT' },
  };
  const { id } = await send('POST', accounts, account, authToken);
  const pathOf = (phone: string) => `${accounts}/${id}/telephonenumber/${phone}/reserve`;
  return {
    reserve: (phone: string) => send('PUT', pathOf(phone), undefined, authToken),
    async leave(phones: readonly string[]) {
      for (const phone of phones) await send('DELETE', pathOf(phone), undefined, authToken);
      await send('DELETE', `${accounts}/${id}`, undefined, authToken);
    },
  };
}

describe.concurrent('numbers that a search found', () => {
  it('and that somebody else was faster to take: the next ones', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(24));
    const other = await stranger(sandbox.url);
    const taken: string[] = [];
    gate.watch(async (at, { operation, path }) => {
      const phone = /(\d{11})\/reserve$/.exec(path)?.[1];
      // The first numbers are gone just before they are asked for.
      if (at !== 'arrived' || operation !== 'reserve' || !phone || taken.length >= 5) return undefined;
      taken.push(phone);
      await other.reserve(phone);
      return undefined;
    });
    expectExit(await workspace.run(), 0);
    expect(taken).toHaveLength(5);
    await other.leave(taken);
    expect(workspace.differences()).toEqual([]);
  });

  it('and whose activation is refused: no reservation is left', async ({ expect, onTestFinished }) => {
    const rows = CHAINS.map(({ row }) => row);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows, {
      faults: [{ operation: 'createOrAddTelephoneNumberToAccount', kind: '403', times: 3 }],
    });
    expectExit(await workspace.run('--concurrency', '1'), 1);
    expect(workspace.counts()).toEqual({ created: 3, failed: 3 });
    expect(sandbox.state.reservations.size).toBe(0);
    expectExit(await workspace.resume('--retry', 'failed'), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('are never those that other rows name, whatever their order', async ({ expect, onTestFinished }) => {
    // Those that search come first, and find the numbers of those that come last.
    const rows = spelledOut(mixedRows(40)).sort(
      (a, b) => Number(Boolean(a.phoneNumber)) - Number(Boolean(b.phoneNumber)),
    );
    const { workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run('--concurrency', '16'), 0);
    expect(workspace.differences()).toEqual([]);
  });
});

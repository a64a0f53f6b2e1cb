import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { ApiError, type ApiErrorKind } from '../../src/api/api-error.js';
import type { Client, SendOptions } from '../../src/api/client.js';
import type { Call } from '../../src/api/endpoints.js';
import { CredentialsFile } from '../../src/journal/credentials.js';
import { Journal } from '../../src/journal/journal.js';
import type { KindName } from '../../src/plan/resource.js';
import type { ImportRecord } from '../../src/records/record.js';
import { lookWith } from '../../src/resources/look.js';
import { AccountIndex } from '../../src/resources/lookups/account-index.js';
import { Addresses } from '../../src/resources/lookups/addresses.js';
import { NumberPools } from '../../src/resources/lookups/number-pools.js';
import { Snapshots } from '../../src/resources/lookups/snapshots.js';
import type { Outcome, RunContext, Task } from '../../src/resources/task.js';
import { completeRow } from '../plan/complete-rows.js';
import { temporaryDirectory } from '../results/journals.js';

/** Answers one call: gives its value, or throws. */
export type Answer = (call: Call<unknown>) => unknown;

/** A client that asks `answer` instead of a platform, and what was sent through it, as `METHOD path`. */
export function fakeClient(answer: Answer) {
  const sent: string[] = [];
  const options: SendOptions[] = [];
  const client = {
    async send(call: Call<unknown>, given: SendOptions = {}) {
      await given.ready?.();
      sent.push(`${call.method} ${call.path}`);
      options.push(given);
      await Promise.resolve();
      return answer(call);
    },
    backOff: async () => {},
    rest: (ms: number) => sleep(ms),
  } as unknown as Client;
  return { client, sent, options };
}

/** A call that failed. */
export function failure(kind: ApiErrorKind, status: number | null = null, message = 'no'): ApiError {
  return new ApiError(kind, 'operation', status, [message]);
}

export async function realJournal(directory?: string): Promise<Journal<ImportRecord>> {
  const journal = new Journal<ImportRecord>(join(directory ?? (await temporaryDirectory()), 'journal.db'));
  onTestFinished(() => journal.close());
  return journal;
}

/** A run over a fake client and a real journal. */
export async function runOf(answer: Answer, changes: Partial<RunContext> = {}) {
  const directory = await temporaryDirectory();
  const journal = changes.journal ?? (await realJournal(directory));
  const { client, sent, options } = fakeClient(answer);
  const run: RunContext = {
    client,
    journal,
    credentials: new CredentialsFile(join(directory, 'credentials.csv'), join(directory, 'given')),
    accounts: new AccountIndex(client),
    snapshots: new Snapshots(client),
    addresses: new Addresses(client, journal),
    pools: new NumberPools(client, () => false),
    existing: 'reuse',
    retries: 2,
    partitionId: 'P1',
    settleMs: 30,
    startedAt: performance.now(),
    looksFirst: false,
    madeHere: new WeakSet(),
    neverAnswered: new Set(),
    reservePath: null,
    ...changes,
  };
  return { run, sent, options, journal };
}

/** The work on one resource that needs nothing. */
export function taskOf(run: RunContext, key: string, kind: KindName = 'user'): Task {
  const account: Outcome = { state: 'created', id: 'A1', accountId: 'A1', partitionId: 'P1' };
  return {
    run,
    resource: {
      kind,
      key,
      needs: {},
      product: 'BCC',
      accountType: 'ADVANCED',
      values: completeRow('BCC'),
      given: completeRow('BCC'),
    },
    ordinal: 3,
    need: async () => undefined,
    account: async () => account,
    send: (call, options) => run.client.send(call, { priority: 3, ...options }),
    look: lookWith(run.client, 3),
  };
}

import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/api/endpoints.js';
import { callHandling } from '../../src/resources/call-handling.js';
import { type Setting, setOnce } from '../../src/resources/set-once.js';
import { type Answer, failure, runOf, taskOf } from './harness.js';

const KEY = 'callHandling:businessLine:N1/Front';
const ACCOUNT = { state: 'existing', id: 'A1', accountId: 'A1', partitionId: 'P1' } as const;
const CALL: Call<unknown> = { operation: 'put', method: 'PUT', path: '/line', answer: null };

async function scripted(answer: Answer, setting: Partial<Setting> = {}) {
  const { run, sent, journal } = await runOf(answer);
  const start = () =>
    setOnce(taskOf(run, KEY, 'callHandling'), callHandling, ACCOUNT, { id: 'L1', call: CALL, ...setting });
  return { start, sent, journal };
}

const outcome = (state: string) => ({ state, id: 'L1', partitionId: 'P1', accountId: 'A1' });

describe('a setting', () => {
  it('is sent, with intent and outcome on disk', async () => {
    let state: string | undefined;
    const { start, journal } = await scripted(() => {
      state = journal.step(KEY)?.state;
    });
    expect(await start()).toEqual(outcome('created'));
    expect(state).toBe('intent');
    expect(journal.step(KEY)).toMatchObject({
      ...{ kind: 'callHandling', owner: 3, state: 'created' },
      intent: { partitionId: 'P1', accountId: 'A1', id: 'L1' },
      outcome: outcome('created'),
    });
  });

  it('is not sent when it is set already', async () => {
    const { start, sent, journal } = await scripted(() => {}, { found: async () => [] });
    expect(await start()).toEqual(outcome('existing'));
    expect(sent).toEqual([]);
    expect(journal.step(KEY)?.state).toBe('existing');
  });

  it('that somebody has set otherwise is taken as it is, with how it differs', async () => {
    const differs = [{ field: 'activeCallHandling', inSheet: 'FORWARD', onPlatform: 'RING_LINE' }];
    const { start, sent, journal } = await scripted(() => {}, { found: async () => differs });
    expect(await start()).toEqual({ ...outcome('existing'), differs });
    expect(sent).toEqual([]);
    expect(journal.step(KEY)?.outcome).toEqual({ ...outcome('existing'), differs });
  });

  it('is sent when it is not set yet, with what undo must know', async () => {
    const { start, sent, journal } = await scripted(() => {}, {
      found: async () => null,
      intent: { referenceId: 'U1' },
    });
    expect(await start()).toEqual(outcome('created'));
    expect(sent).toEqual(['PUT /line']);
    expect(journal.step(KEY)?.intent).toEqual({
      ...{ referenceId: 'U1', partitionId: 'P1', accountId: 'A1', id: 'L1' },
    });
  });

  it('in doubt is sent again without a look: it is the same twice', async () => {
    let looked = false;
    const { start, sent, journal } = await scripted(() => {}, {
      found: async () => {
        looked = true;
        return [];
      },
    });
    await journal.intend(KEY, 'callHandling', 3, {});
    expect(await start()).toEqual(outcome('created'));
    expect(sent).toEqual(['PUT /line']);
    expect(looked).toBe(false);
  });

  it('that is refused has failed', async () => {
    const { start, journal } = await scripted(() => {
      throw failure('refused', 400, 'bad action');
    });
    await expect(start()).rejects.toMatchObject({ kind: 'refused' });
    expect(journal.step(KEY)).toMatchObject({
      state: 'failed',
      outcome: { message: 'operation was answered 400: bad action' },
    });
  });

  it('that got no good answer stays in doubt', async () => {
    const { start, journal } = await scripted(() => {
      throw failure('unavailable', 500);
    });
    await expect(start()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(journal.step(KEY)).toMatchObject({ state: 'intent', outcome: null });
  });

  it('is not sent when something else is set', async () => {
    const { start, sent, journal } = await scripted(() => {}, {
      found: () => Promise.reject(new Error('rings something else')),
    });
    await expect(start()).rejects.toThrow('rings something else');
    expect(sent).toEqual([]);
    expect(journal.step(KEY)).toBeUndefined();
  });
});

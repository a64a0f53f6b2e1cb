import { describe, expect, it, vi } from 'vitest';
import type { Call } from '../../src/api/endpoints.js';
import { type Creation, createOnce, type Found } from '../../src/resources/create-once.js';
import type { RunContext } from '../../src/resources/task.js';
import { type Answer, failure, runOf, taskOf } from './harness.js';

const KEY = 'user:N1/4000';
const IDS = { partitionId: 'P1', accountId: 'A1' };
const CALL: Call<unknown> = { operation: 'createEndUser', method: 'POST', path: '/user', answer: null };
const OURS: Found = { id: 'U9', difference: null };
const STRANGER: Found = { id: 'U9', difference: 'the user at extension 4000 is Bob Ray' };

/** Creates with scripted answers and look-ups; `events` shows in which order things happened. */
async function scripted(
  script: {
    /** answers to the creates, in order; an error is thrown */
    readonly creates?: readonly unknown[];
    /** answers to the look-ups, in order; the last one for ever */
    readonly finds?: readonly (Found | null | Error)[];
    readonly before?: Found | null;
    readonly unique?: boolean;
    readonly picked?: string;
  },
  changes: Partial<RunContext> = {},
) {
  const events: string[] = [];
  const creates = [...(script.creates ?? [{ id: 'U1' }])];
  const finds = [...(script.finds ?? [null])];
  const answer: Answer = () => {
    events.push(`create (${journal.step(KEY)?.state})`);
    const next = creates.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  const { run, journal, options } = await runOf(answer, changes);
  const creation: Creation<unknown> = {
    intent: { extension: '4000' },
    call: () => CALL,
    idOf: (created) => (created as { id: string }).id,
    async find() {
      events.push('find');
      const next = finds.length > 1 ? finds.shift() : finds[0];
      if (next instanceof Error) throw next;
      return next ?? null;
    },
    before:
      script.before === undefined
        ? undefined
        : async () => {
            events.push('before');
            return script.before ?? null;
          },
    unique: script.unique ?? true,
    picked: script.picked,
  };
  const start = (ids = IDS) => createOnce(taskOf(run, KEY), ids, creation);
  return { start, events, journal, run, options };
}

const created = (id: string) => ({ state: 'created', id, ...IDS });
const existing = (id: string) => ({ state: 'existing', id, ...IDS });

describe('a fresh create', () => {
  it('has its intent on disk before it is sent, and its outcome after', async () => {
    const { start, events, journal } = await scripted({ picked: '18015550100' });
    expect(await start()).toEqual(created('U1'));
    expect(events).toEqual(['create (intent)']);
    expect(journal.step(KEY)).toMatchObject({
      ...{ kind: 'user', owner: 3, state: 'created' },
      intent: { extension: '4000' },
      outcome: created('U1'),
    });
    expect(journal.pickedBy('18015550100')).toBe(KEY);
  });

  it('of an account has its own ID as that of the account', async () => {
    const { start } = await scripted({});
    expect(await start({ partitionId: 'P1', accountId: '' })).toEqual({ ...created('U1'), accountId: 'U1' });
  });

  it('is sent when nothing was there before', async () => {
    const { start, events } = await scripted({ before: null });
    expect(await start()).toEqual(created('U1'));
    expect(events).toEqual(['before', 'create (intent)']);
  });

  it('is not sent when its intent cannot be written', async () => {
    const { start, events, journal } = await scripted({});
    vi.spyOn(journal, 'intend').mockRejectedValue(new Error('disk full'));
    await expect(start()).rejects.toThrow('disk full');
    expect(events).toEqual([]);
  });
});

describe('what was there before the run', () => {
  it('is taken over as existing, and nothing is sent', async () => {
    const { start, events, journal } = await scripted({ before: OURS });
    expect(await start()).toEqual(existing('U9'));
    expect(events).toEqual(['before']);
    expect(journal.step(KEY)).toMatchObject({ state: 'existing', outcome: existing('U9') });
  });

  it('is refused with --existing fail', async () => {
    const { start, journal } = await scripted({ before: OURS }, { existing: 'fail' });
    await expect(start()).rejects.toMatchObject({
      name: 'StepError',
      transient: false,
      message: 'It is there already, and this run did not create it.',
    });
    expect(journal.step(KEY)).toBeUndefined();
  });

  it.each(['reuse', 'fail'] as const)('is never taken over when it is another (%s)', async (policy) => {
    const { start, events, journal } = await scripted({ before: STRANGER }, { existing: policy });
    await expect(start()).rejects.toMatchObject({
      name: 'StepError',
      message: expect.stringContaining('the user at extension 4000 is Bob Ray'),
    });
    expect(events).toEqual(['before']);
    expect(journal.step(KEY)).toBeUndefined();
  });
});

describe('a create in doubt from an earlier run', () => {
  const startInDoubt = async (script: Parameters<typeof scripted>[0], changes: Partial<RunContext> = {}) => {
    const all = await scripted(script, changes);
    await all.journal.intend(KEY, 'user', 3, { extension: '4000' });
    return all;
  };

  it('that has happened is found and is ours, even with --existing fail', async () => {
    const { start, events } = await startInDoubt({ finds: [OURS], before: OURS }, { existing: 'fail' });
    expect(await start()).toEqual(created('U9'));
    expect(events).toEqual(['find']);
  });

  it('that has not happened is sent', async () => {
    const { start, events } = await startInDoubt({ finds: [null] });
    expect(await start()).toEqual(created('U1'));
    expect(events).toEqual(['find', 'create (intent)']);
  });

  it('is not adopted when what is there is another', async () => {
    const { start, events, journal } = await startInDoubt({ finds: [STRANGER] });
    await expect(start()).rejects.toMatchObject({ name: 'StepError' });
    expect(events).toEqual(['find']);
    expect(journal.step(KEY)?.state).toBe('intent');
  });

  it('stays in doubt when it cannot be looked up', async () => {
    const { start, events, journal } = await startInDoubt({ finds: [failure('unavailable', 500)] });
    await expect(start()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(events).toEqual(['find']);
    expect(journal.step(KEY)?.state).toBe('intent');
  });

  it('of a name that is taken twice is looked up again once the platform has settled', async () => {
    const began = Date.now();
    const { start, events } = await startInDoubt({ finds: [null, OURS], unique: false }, { settleMs: 200 });
    expect(await start()).toEqual(created('U9'));
    expect(events).toEqual(['find', 'find']);
    expect(Date.now() - began).toBeGreaterThanOrEqual(198);
  });

  it('of a name that is taken twice is sent only after the second look', async () => {
    const { start, events } = await startInDoubt({ finds: [null], unique: false });
    expect(await start()).toEqual(created('U1'));
    expect(events).toEqual(['find', 'find', 'create (intent)']);
  });

  it('counts from the start of this process, since the earlier one may have sent it until it died', async () => {
    const startedAt = Date.now() + 150;
    const { start, events } = await startInDoubt(
      { finds: [null, OURS], unique: false },
      { startedAt, settleMs: 40 },
    );
    expect(await start()).toEqual(created('U9'));
    expect(events).toEqual(['find', 'find']);
    expect(Date.now()).toBeGreaterThanOrEqual(startedAt + 38);
  });

  it('long ago needs no wait', async () => {
    const long = Date.now() - 60_000;
    const { start, events, journal } = await scripted(
      { finds: [null], unique: false },
      { startedAt: long, settleMs: 30_000 },
    );
    const now = vi.spyOn(Date, 'now').mockReturnValue(long);
    await journal.intend(KEY, 'user', 3, {});
    now.mockRestore();
    expect(await start()).toEqual(created('U1'));
    expect(events).toEqual(['find', 'create (intent)']);
  });
});

describe('a create whose answer is lost', () => {
  const lost = () => failure('inDoubt', 500);

  it('is looked up and found', async () => {
    const { start, events } = await scripted({ creates: [lost()], finds: [OURS] });
    expect(await start()).toEqual(created('U9'));
    expect(events).toEqual(['create (intent)', 'find']);
  });

  it('is sent again when it is not there', async () => {
    const { start, events } = await scripted({ creates: [lost(), lost(), { id: 'U2' }] });
    expect(await start()).toEqual(created('U2'));
    expect(events).toEqual(['create (intent)', 'find', 'create (intent)', 'find', 'create (intent)']);
  });

  it('keeps its intent when no try is left', async () => {
    const { start, events, journal } = await scripted({ creates: [lost(), lost(), lost(), { id: 'U4' }] });
    await expect(start()).rejects.toMatchObject({ name: 'ApiError', kind: 'inDoubt' });
    expect(events.filter((event) => event !== 'find')).toHaveLength(3);
    expect(journal.step(KEY)).toMatchObject({ state: 'intent', outcome: null });
  });

  it('keeps its intent when it was unavailable, and is not sent again', async () => {
    const { start, events, journal } = await scripted({ creates: [failure('unavailable', 503)] });
    await expect(start()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(events).toEqual(['create (intent)']);
    expect(journal.step(KEY)?.state).toBe('intent');
  });

  it('and then refused since it is there is ours', async () => {
    const { start, events } = await scripted(
      { creates: [lost(), failure('refused', 409)], finds: [null, OURS] },
      { existing: 'fail' },
    );
    expect(await start()).toEqual(created('U9'));
    expect(events).toEqual(['create (intent)', 'find', 'create (intent)', 'find']);
  });
});

describe('a refused create', () => {
  it.each([400, 409, 422])('with %i is looked up: it may have been there', async (status) => {
    const { start, events, journal } = await scripted({
      creates: [failure('refused', status)],
      finds: [OURS],
    });
    expect(await start()).toEqual(existing('U9'));
    expect(events).toEqual(['create (intent)', 'find']);
    expect(journal.step(KEY)?.state).toBe('existing');
  });

  it('that is not there has failed, in the words of the platform', async () => {
    const { start, journal } = await scripted({ creates: [failure('refused', 400, 'extension is bad')] });
    await expect(start()).rejects.toMatchObject({ kind: 'refused', status: 400 });
    expect(journal.step(KEY)).toMatchObject({
      state: 'failed',
      outcome: { message: 'operation was answered 400: extension is bad' },
    });
  });

  it.each([401, 403, 404, 410])('with %i is not looked up', async (status) => {
    const { start, events, journal } = await scripted({
      creates: [failure('refused', status)],
      finds: [OURS],
    });
    await expect(start()).rejects.toMatchObject({ status });
    expect(events).toEqual(['create (intent)']);
    expect(journal.step(KEY)?.state).toBe('failed');
  });

  it('since another is there under its name is told so', async () => {
    const { start } = await scripted({ creates: [failure('refused', 409)], finds: [STRANGER] });
    await expect(start()).rejects.toMatchObject({
      name: 'StepError',
      message: expect.stringContaining('Bob Ray'),
    });
  });

  it('since it is there is not taken over with --existing fail', async () => {
    const { start } = await scripted(
      { creates: [failure('refused', 409)], finds: [OURS] },
      { existing: 'fail' },
    );
    await expect(start()).rejects.toMatchObject({ name: 'StepError' });
  });
});

it('lets other errors pass as they are', async () => {
  const { start, events } = await scripted({ creates: [new TypeError('a fault of ours')], finds: [OURS] });
  await expect(start()).rejects.toThrow(TypeError);
  expect(events).toEqual(['create (intent)']);
});

import { describe, expect, it, vi } from 'vitest';
import type { Call } from '../../src/api/endpoints.js';
import { type Creation, createOnce } from '../../src/resources/create-once.js';
import { type Kind, NO_CHECKS } from '../../src/resources/kind.js';
import type { RunContext } from '../../src/resources/task.js';
import { type Answer, failure, runOf, taskOf } from './harness.js';

const KEY = 'user:N1/4000';
const IDS = { partitionId: 'P1', accountId: 'A1' };
const CALL: Call<unknown> = { operation: 'createEndUser', method: 'POST', path: '/user', answer: null };
/** What the platform says of one that is there. */
interface Found {
  readonly id: string;
  readonly strange?: string;
  readonly timeZone?: string;
}
const OURS: Found = { id: 'U9' };
const STRANGER: Found = { id: 'U9', strange: 'the user at extension 4000 is Bob Ray' };

/** Creates with scripted answers and look-ups; `events` shows in which order things happened. */
async function scripted(
  script: {
    /** answers to the creates, in order; an error is thrown */
    readonly creates?: readonly unknown[];
    /** answers to the look-ups, in order; the last one for ever */
    readonly finds?: readonly (Found | null | Error)[];
    readonly before?: Found | null;
    /** what it says when it is read whole */
    readonly whole?: Found;
    /** the fields that the sheet states */
    readonly stated?: object;
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
  const kind: Kind<Found, { extension: string }> = {
    ...{ title: 'User', idColumn: 'userId', settingOf: null, referenceType: null },
    called: () => 'the user',
    writes: () => [],
    bringAbout: () => Promise.reject(new Error('not asked for')),
    find: {
      identity: () => ({ extension: '4000' }),
      async now() {
        events.push('find');
        const next = finds.length > 1 ? finds.shift() : finds[0];
        if (next instanceof Error) throw next;
        return next ?? null;
      },
      async held() {
        events.push('before');
        return script.before ?? null;
      },
      idOf: ({ id }) => id,
      strange: (now) => now.strange ?? null,
    },
    async read() {
      events.push('read');
      return script.whole ?? null;
    },
    stated: () => script.stated ?? {},
    ...{ update: null, takeBack: null, dryRun: NO_CHECKS, waitsFor: null, namesNumbers: null },
  };
  const creation: Creation<unknown, Found, { extension: string }> = {
    ids: IDS,
    ownerId: null,
    ownPhone: undefined,
    call: () => CALL,
    answer: (answer) => answer as Found,
    unique: script.unique ?? true,
    picked: script.picked,
  };
  const account = { state: script.before === undefined ? 'created' : 'existing', id: 'A1', ...IDS } as const;
  run.madeHere.add(account);
  const task = { ...taskOf(run, KEY), account: async () => account };
  const start = (ids = IDS) => createOnce(task, kind, { ...creation, ids });
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
    const startedAt = performance.now() + 150;
    const { start, events } = await startInDoubt(
      { finds: [null, OURS], unique: false },
      { startedAt, settleMs: 40 },
    );
    expect(await start()).toEqual(created('U9'));
    expect(events).toEqual(['find', 'find']);
    expect(performance.now()).toBeGreaterThanOrEqual(startedAt + 38);
  });

  it('long ago needs no wait', async () => {
    const { start, events, journal } = await scripted(
      { finds: [null], unique: false },
      { startedAt: performance.now() - 60_000, settleMs: 30_000 },
    );
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 70_000);
    await journal.intend(KEY, 'user', 3, {});
    now.mockRestore();
    expect(await start()).toEqual(created('U1'));
    expect(events).toEqual(['find', 'create (intent)']);
  });
});

describe('the clock', () => {
  it('set back does not make what an earlier process sent older than this one', async () => {
    const began = performance.now();
    const { start, events, journal } = await scripted(
      { finds: [null, OURS], unique: false },
      { startedAt: performance.now() - 60_000, settleMs: 120 },
    );
    const ahead = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    await journal.intend(KEY, 'user', 3, {});
    ahead.mockRestore();
    expect(await start()).toEqual(created('U9'));
    expect(events).toEqual(['find', 'find']);
    expect(performance.now() - began).toBeGreaterThanOrEqual(118);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('one that was there and differs from the sheet', () => {
  const timeZone = 'US/Mountain';
  const differs = [{ field: 'timeZone', inSheet: 'US/Mountain', onPlatform: 'US/Pacific' }];

  it('says so, from the entry of the list where that tells', async () => {
    const before = { ...OURS, timeZone: 'US/Pacific' };
    const { start, events, journal } = await scripted({ before, stated: { timeZone } });
    expect(await start()).toEqual({ ...existing('U9'), differs });
    expect(events).toEqual(['before']);
    expect(journal.step(KEY)?.outcome).toEqual({ ...existing('U9'), differs });
  });

  it('is read whole where the entry leaves out what the sheet states', async () => {
    const whole = { ...OURS, timeZone: 'US/Pacific' };
    const { start, events } = await scripted({ before: OURS, whole, stated: { timeZone } });
    expect(await start()).toEqual({ ...existing('U9'), differs });
    expect(events).toEqual(['before', 'read']);
  });

  it('is not read again for a field that the platform never answers', async () => {
    const script = { before: OURS, whole: OURS, stated: { timeZone } };
    const { start, events, run } = await scripted(script);
    expect(await start()).toEqual(existing('U9'));
    expect(run.neverAnswered).toEqual(new Set(['user.timeZone']));
    expect(await start()).toEqual(existing('U9'));
    expect(events.filter((event) => event === 'read')).toHaveLength(1);
  });
});

describe('a run that was taken up again', () => {
  it('looks for what it has no step of in an account that was there before this process', async () => {
    const { start, events, run, journal } = await scripted({ before: OURS }, { looksFirst: true });
    expect(await start()).toEqual(existing('U9'));
    expect(events).toEqual(['before']);
    expect([run.looksFirst, journal.step(KEY)?.state]).toEqual([true, 'existing']);
  });
});

describe('a number that a search picked', () => {
  it('and that is refused is no failure of the resource: another may be had', async () => {
    const { start, journal } = await scripted({
      creates: [failure('refused', 400, 'taken')],
      picked: '18015550100',
    });
    await expect(start()).rejects.toMatchObject({ kind: 'refused' });
    expect(journal.step(KEY)?.state).toBe('released');
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

describe('a create that is in doubt, and whose repetition is forbidden', () => {
  it.each([401, 403, 404])('with %i stays in doubt, and is ours when it shows later', async (status) => {
    const { start, events, journal } = await scripted({
      creates: [failure('inDoubt', 500), failure('refused', status)],
      finds: [null, OURS],
      picked: '18015550100',
    });
    await expect(start()).rejects.toMatchObject({ kind: 'refused', status });
    expect(journal.step(KEY)).toMatchObject({ state: 'intent', outcome: null });
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

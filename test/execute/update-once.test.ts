import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/api/endpoints.js';
import type { JsonObject } from '../../src/journal/journal.js';
import { type Kind, NO_CHECKS, PLAIN_UPDATE, type Update } from '../../src/resources/kind.js';
import { changedIn, updateOnce } from '../../src/resources/update-once.js';
import { type Answer, failure, realJournal, runOf, taskOf } from './harness.js';

const KEY = 'user:N1/4000';
const IDS = { partitionId: 'P1', accountId: 'A1', id: 'U9', ownerId: '', phone: undefined };

interface Now {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** A user that is on the platform, which changes by PATCH; `answer` may refuse or lose a call once it was done. */
async function scripted(
  there: Now,
  stated: object,
  answer: (call: Call<unknown>) => void = () => {},
  update: Partial<Update<Now, JsonObject>> = {},
) {
  let now: Now = there;
  const patches: unknown[] = [];
  const send: Answer = (call) => {
    if (call.method === 'GET') return now;
    patches.push(call.body);
    answer(call);
    now = { ...now, ...call.body };
    return now;
  };
  const { run, journal } = await runOf(send, { existing: 'update', journal: await realJournal() });
  const call = (method: 'GET' | 'PATCH', body?: JsonObject): Call<Now> => ({
    ...{ operation: 'op', method, path: '/user/U9', answer: null },
    ...(body ? { body } : {}),
  });
  const kind = {
    ...{ title: 'User', idColumn: 'userId', settingOf: null, referenceType: null },
    called: () => '',
    writes: () => [],
    bringAbout: async () => {
      throw new Error('not asked for');
    },
    find: {
      identity: () => ({}),
      now: async () => now,
      held: async () => now,
      idOf: ({ id }: Now) => id,
      strange: () => null,
    },
    read: (look) => look(call('GET')),
    stated: () => stated,
    ...{ takeBack: null, dryRun: NO_CHECKS, waitsFor: null, namesNumbers: null },
    update: {
      ...PLAIN_UPDATE,
      fields: ['name', 'zone', 'busy'],
      mayBeRefused: ['plan'],
      fixed: { length: 'it keeps its length' },
      call: (_ids, fields) => call('PATCH', fields),
      ...update,
    },
  } satisfies Kind<Now, JsonObject>;
  const start = (entry: Now | null = null) =>
    updateOnce(taskOf(run, KEY), kind, kind.update as Update<Now, JsonObject>, IDS, entry);
  return {
    start,
    patches,
    journal,
    now: () => now,
    change: (fields: object) => {
      now = { ...now, ...fields };
    },
  };
}

const existing = { state: 'existing', id: 'U9', partitionId: 'P1', accountId: 'A1' };

describe('an update', () => {
  it('sends what differs and nothing else, with the former values on disk before it leaves', async () => {
    let step: unknown;
    const run = await scripted({ id: 'U9', name: 'A', zone: 'Z', extra: 1 }, { name: 'B', zone: 'Z' }, () => {
      step = run.journal.step(KEY);
    });
    const changed = [{ field: 'name', from: 'A', to: 'B' }];
    expect(await run.start()).toEqual({ ...existing, changed });
    expect(run.patches).toEqual([{ name: 'B' }]);
    expect(step).toMatchObject({ state: 'updating', intent: { id: 'U9', changed }, outcome: null });
    expect(run.journal.step(KEY)).toMatchObject({ state: 'updated', outcome: { ...existing, changed } });
    expect(run.now()).toEqual({ id: 'U9', name: 'B', zone: 'Z', extra: 1 });
  });

  it('of what is as the sheet says sends nothing', async () => {
    const run = await scripted({ id: 'U9', name: 'A' }, { name: 'A', zone: undefined });
    expect(await run.start({ id: 'U9', name: 'A' })).toEqual(existing);
    expect(run.patches).toEqual([]);
    expect(run.journal.step(KEY)?.state).toBe('existing');
  });

  it('tells what cannot be changed, and changes the rest', async () => {
    const run = await scripted(
      { id: 'U9', name: 'A', length: 3, other: 'x' },
      { name: 'B', length: 4, other: 'y' },
    );
    expect(await run.start()).toMatchObject({
      changed: [{ field: 'name', from: 'A', to: 'B' }],
      differs: [
        { field: 'length', inSheet: '4', onPlatform: '3', why: 'it keeps its length' },
        { field: 'other', inSheet: 'y', onPlatform: 'x', why: 'it cannot be changed in place' },
      ],
    });
    expect(run.patches).toEqual([{ name: 'B' }]);
  });

  it('sends alone what may be refused, and a refusal of it is told', async () => {
    const run = await scripted({ id: 'U9', name: 'A', plan: 'S' }, { name: 'B', plan: 'P' }, ({ body }) => {
      if (body && 'plan' in body) throw failure('refused', 400, 'no such plan here');
    });
    expect(await run.start()).toEqual({
      ...existing,
      changed: [{ field: 'name', from: 'A', to: 'B' }],
      differs: [
        { field: 'plan', inSheet: 'P', onPlatform: 'S', why: 'the platform refused it: no such plan here' },
      ],
    });
    expect(run.patches).toEqual([{ name: 'B' }, { plan: 'P' }]);
  });

  it('that is refused has failed, and nothing is changed', async () => {
    const run = await scripted({ id: 'U9', name: 'A' }, { name: 'B' }, () => {
      throw failure('refused', 400, 'bad name');
    });
    await expect(run.start()).rejects.toMatchObject({ kind: 'refused' });
    expect(run.journal.step(KEY)?.state).toBe('failed');
  });
});

describe('an update whose answer is lost', () => {
  const lost = { name: 'B', zone: 'Y' };

  it('and that was done is not sent again: the former values are those of before', async () => {
    let losing = true;
    const run = await scripted({ id: 'U9', name: 'A', zone: 'Z' }, lost, ({ body }) => {
      if (!losing) return;
      run.change(body ?? {});
      throw failure('unavailable', 502);
    });
    await expect(run.start()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(run.journal.step(KEY)?.state).toBe('updating');
    losing = false;
    const changed = [
      { field: 'name', from: 'A', to: 'B' },
      { field: 'zone', from: 'Z', to: 'Y' },
    ];
    expect(await run.start({ id: 'U9', name: 'B', zone: 'Y' })).toEqual({ ...existing, changed });
    expect(run.patches).toHaveLength(1);
    expect(run.journal.step(KEY)?.state).toBe('updated');
  });

  it('and that was not done is sent again', async () => {
    let losing = true;
    const run = await scripted({ id: 'U9', name: 'A', zone: 'Z' }, lost, () => {
      if (losing) throw failure('unavailable', 502);
    });
    await expect(run.start()).rejects.toMatchObject({ kind: 'unavailable' });
    losing = false;
    // somebody has changed one of the two meanwhile: that is what an undo puts back
    run.change({ zone: 'X' });
    expect((await run.start())?.changed).toEqual([
      { field: 'name', from: 'A', to: 'B' },
      { field: 'zone', from: 'X', to: 'Y' },
    ]);
    expect(run.patches).toEqual([lost, lost]);
  });

  it('keeps what it has changed when the rest is refused later', async () => {
    let refuses = false;
    const run = await scripted({ id: 'U9', name: 'A', zone: 'Z' }, lost, () => {
      if (refuses) throw failure('refused', 400, 'bad zone');
      run.change({ name: 'B' });
      throw failure('unavailable', 502);
    });
    await expect(run.start()).rejects.toMatchObject({ kind: 'unavailable' });
    refuses = true;
    await expect(run.start()).rejects.toMatchObject({ kind: 'refused' });
    const step = run.journal.step(KEY);
    expect(step?.state).toBe('updating');
    expect(step && changedIn(step)).toContainEqual({ field: 'name', from: 'A', to: 'B' });
  });
});

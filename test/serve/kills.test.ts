import { describe, it } from 'vitest';
import { endOf, jobOf, jobPlaceOf, started, uploaded, wrongIn } from './job-place.js';
import { playKills } from './kill-rounds.js';

describe.concurrent('kill -9 of the server, of a job, or of both', () => {
  for (const round of [1, 2, 3, 4, 5, 6])
    it(`loses nothing and does nothing twice, round ${round}`, async ({ expect, onTestFinished }) => {
      expect(await playKills(round, onTestFinished)).toEqual([]);
    });
});

describe.concurrent('what was killed', () => {
  it('has sent nobody knows how many requests', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 60 } });
    const run = await started(place, await uploaded(place), { concurrency: 2 });
    const { pid } = await jobOf(place, `/runs/${run}`, ({ progress }) => Number(progress?.['done']) > 0);
    if (pid !== null) process.kill(pid, 'SIGKILL');
    expect(await endOf(place, run)).toMatchObject({ exit: 0 });
    const page = await place.asking.page(`/runs/${run}`);
    expect(page).toMatch(/<dt>Requests<\/dt><dd>at least [1-9]\d*<\/dd>/);
    expect(page.match(/<td data-label="Requests">[^<]*/g)).toEqual([
      '<td data-label="Requests">not known',
      expect.stringMatching(/>[1-9]\d*$/),
    ]);
  });

  it('is checked by the next server where it was changed and not yet checked again', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await jobPlaceOf(onTestFinished);
    const { id, revision, rows } = await uploaded(place);
    const first = await jobOf(place, `/sheets/${id}`, ({ endedAt }) => endedAt !== null);
    expect(first).toMatchObject({ kind: 'check', exit: 0 });
    const edit = { sheet: null, row: 2, header: 'lastName', was: rows[0]?.lastName, text: 'Leigh' };
    const { status, json } = await place.asking.post(`/sheets/${id}/edits`, { revision, edits: [edit] });
    expect(status).toBe(200);
    await place.again();
    const now = await place.asking.until(`/sheets/${id}/state`, ({ jobs }) => {
      const [last] = jobs as { revision: string; endedAt: string | null }[];
      return last?.revision === json['revision'] && last?.endedAt !== null;
    });
    expect(now['jobs']).toMatchObject([{ kind: 'check', exit: 0 }, { revision }]);
  });
});

describe.concurrent('a server that is asked to end', () => {
  it('stops its jobs, waits for them, and the next one goes on with them', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 60 } });
    const sheet = await uploaded(place);
    const run = await started(place, sheet, { concurrency: 2 });
    const second = await started(place, sheet, { again: true });
    const { pid } = await jobOf(place, `/runs/${run}`, ({ progress }) => Number(progress?.['done']) > 0);
    place.serving.process.signal('SIGTERM');
    expect(await place.serving.process.ended).toMatchObject({ code: 0 });
    expect(() => process.kill(pid ?? 0, 0)).toThrow(/ESRCH/);
    expect(place.sandbox.requests.filter(({ status }) => status === undefined)).toEqual([]);
    await place.again();
    expect(await endOf(place, run)).toMatchObject({ kind: 'run', exit: 0 });
    expect(wrongIn(place, sheet, run)).toEqual([]);
    expect(await endOf(place, second)).toMatchObject({ exit: 0 });
  });

  it('leaves them alone when the next one is told to', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 60 } });
    const sheet = await uploaded(place);
    const run = await started(place, sheet, { concurrency: 2 });
    await jobOf(place, `/runs/${run}`, ({ progress }) => Number(progress?.['done']) > 0);
    await place.again('--no-resume');
    expect(await endOf(place, run)).toMatchObject({ state: 'interrupted', error: { code: 'NOT_RESUMED' } });
    expect(await place.asking.page(`/runs/${run}`)).toContain('started with --no-resume');
  });
});

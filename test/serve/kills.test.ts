import { describe, it } from 'vitest';
import { endOf, jobOf, jobPlaceOf, started, uploaded, wrongIn } from './job-place.js';
import { playKills } from './kill-rounds.js';

describe.concurrent('kill -9 of the server, of a job, or of both', () => {
  for (const round of [1, 2, 3, 4, 5, 6])
    it(`loses nothing and does nothing twice, round ${round}`, async ({ expect, onTestFinished }) => {
      expect(await playKills(round, onTestFinished)).toEqual([]);
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

import { describe, expect, it } from 'vitest';
import type { Job, JobProgress } from '../../src/serve/jobs/jobs.js';
import { barOf, isLongStopping, pageOf, textsOf } from '../../src/serve/jobs/states.js';
import { stopForms } from '../../src/serve/pages/jobs.js';

const ASKED = Date.parse('2026-11-27T02:00:00Z');

const PROGRESS: JobProgress = {
  ...{ of: 'rows', done: 1200, total: 40_000, failed: 0, rows: {}, requests: 4801, rate: 97.6 },
  ...{ inFlight: 16, limit: 16, pausedUntil: null },
};

function jobOf(over: Partial<Job>): Job {
  return {
    ...{ id: 7, kind: 'run', sheet: null, revision: null, run: 'r', target: null, args: [] },
    ...{ user: 'Ann', role: 'run', address: '::1', askedAt: new Date(ASKED).toISOString(), startedAt: null },
    ...{ endedAt: null, stoppedBy: null, exit: null, error: null, tries: 1, state: 'running', place: null },
    ...{ heldBy: null, progress: null, read: null, others: {}, since: null, mostAtOnce: 16 },
    ...{ stoppingAt: null, pid: 1, ...over },
  };
}

describe('a job that was asked to stop', () => {
  const job = jobOf({ state: 'stopping', stoppedBy: 'Ann', stoppingAt: ASKED });
  const later = (ms: number) => ASKED + ms;

  it('may be ended at once after a minute, and not before', () => {
    expect([0, 59_999, 60_000, 3_600_000].map((ms) => isLongStopping(job, later(ms)))).toEqual([
      ...[false, false, true, true],
    ]);
    expect(isLongStopping(jobOf({}), later(3_600_000))).toBe(false);
  });

  it('makes its page another at that moment, and not before', () => {
    expect(pageOf([job], later(59_999))).toBe(pageOf([job], later(0)));
    expect(pageOf([job], later(60_000))).not.toBe(pageOf([job], later(0)));
    expect(pageOf([job], later(120_000))).toBe(pageOf([job], later(60_000)));
  });

  it('is offered to be stopped hard from then on, with what that means for its kind', () => {
    const offered = (of: Job, ms: number) => stopForms(of, '/runs/r', later(ms)).text;
    expect(offered(job, 59_999)).toBe('');
    expect(offered(job, 60_000)).toContain('action="/runs/r/stop-hard"');
    expect(offered(job, 60_000)).toContain('can still be gone on with');
    expect(offered({ ...job, kind: 'verify' }, 60_000)).toContain('can be asked for again');
    expect(offered(jobOf({}), 60_000)).toContain('<button>Stop</button>');
    expect(offered(jobOf({ state: 'queued' }), 0)).toContain('<button>Take out of the queue</button>');
  });
});

describe('how far a job is', () => {
  it('is said in the words of its kind', () => {
    const text = (kind: Job['kind'], over: Partial<JobProgress> = {}) =>
      barOf({ kind, progress: { ...PROGRESS, ...over } })?.text;
    expect(text('verify')).toBe('1,200 of 40,000 rows compared');
    expect(text('verify', { failed: 3 })).toBe('1,200 of 40,000 rows compared, 3 not as the sheet says');
    expect(text('dry-run')).toBe('1,200 of 40,000 rows compared');
    expect(text('resume', { failed: 1 })).toBe('1,200 of 40,000 rows worked on, 1 failed');
    expect(text('undo', { done: 0, total: 1 })).toBe('0 of 1 object taken back or kept');
    expect(text('follow', { done: 50, total: 120 })).toBe('50 of 120 events read');
    expect(barOf({ kind: 'results', progress: PROGRESS })).toBeNull();
    expect(barOf({ kind: 'verify', progress: null })).toBeNull();
  });

  it('is told with rate, time left and requests since it began', () => {
    const job = jobOf({ kind: 'verify', progress: PROGRESS, since: { done: 200, at: ASKED } });
    expect(textsOf(job, ASKED + 50_000)).toEqual({
      done: '1,200 of 40,000 rows compared',
      rate: '20.0 rows and 97.6 requests a second',
      left: 'about 32 min 20 s',
      limit: '16 of 16 requests at once',
      requests: '4,801 since it began',
      paused: '',
    });
    const slowed = { ...PROGRESS, limit: 4, inFlight: 0, pausedUntil: '2026-11-27T02:03:04.000Z' };
    expect(textsOf({ ...job, progress: slowed }, ASKED)).toMatchObject({
      left: 'not known yet',
      limit: '0 of 4 requests at once, lowered from 16 since the platform is slow or asked for less',
      paused: 'The platform asked to wait until 02:03:04 UTC.',
    });
  });

  it('is not guessed before anything is told', () => {
    const unknown = { rate: 'not known yet', left: 'not known yet', requests: 'not known yet' };
    expect(textsOf(jobOf({}))).toMatchObject({ done: 'Getting ready', ...unknown });
    expect(textsOf(jobOf({ read: 12_000 }))).toMatchObject({
      done: '12,000 rows of the sheet read so far',
      ...unknown,
    });
  });
});

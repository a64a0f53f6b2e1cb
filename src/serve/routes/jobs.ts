import { isProduction } from '../../run/platform.js';
import type { RunTarget } from '../../run/state.js';
import type { Job } from '../jobs/jobs.js';
import { jobMember, stateOfRun } from '../jobs/states.js';
import type { JobKind, JobTarget } from '../jobs/store.js';
import { mayDo, type Role } from '../roles.js';
import { type Answer, type Ask, notFound, Refused, type Route } from '../route.js';
import type { Served } from '../served.js';

/** A second Ctrl-C is for a job that was asked to stop so long ago, milliseconds. */
const HARD_AFTER_MS = 60_000;

/** What can be done with a run that is there: who asks, and what is asked for. */
const ACTS = {
  resume: 'run',
  retry: 'run',
  verify: 'run',
  follow: 'run',
  results: 'view',
  'undo-list': 'production',
  undo: 'production',
} as const satisfies Partial<Record<JobKind, Role>>;

/**
 * What a role may do where a job goes, and whether the server goes there at all.
 * @throws Refused 403
 */
function admitTo({ jobs }: Pick<Served, 'jobs'>, role: Role, target: JobTarget): void {
  const { environment } = target;
  if (!jobs.settings.environments.includes(environment))
    throw new Refused(
      403,
      'ENVIRONMENT_CLOSED',
      `This server does not go to ${environment}.`,
      `It was started with --environments ${jobs.settings.environments.join(',')}; the command line goes there.`,
    );
  if (isProduction(target as RunTarget) && !mayDo(role, 'production'))
    throw new Refused(
      403,
      'ROLE',
      'This is production, which needs the role production.',
      'Ask somebody who has it.',
    );
}

/** Starting, stopping and whatever else is done with runs. */
export function jobRoutes(served: Served): Route[] {
  const { jobs, records, runs } = served;

  /** What somebody did is in the audit. */
  function audit(ask: Ask, object: string, result: 'done' | 'refused'): void {
    const { user, role } = whoIn(ask);
    records.audit({ user, role, address: ask.address, action: 'job', object, result });
  }

  async function act(ask: Ask, kind: keyof typeof ACTS): Promise<Answer> {
    const found = await runs.find(ask.param('id'));
    if (!found || found.run.state === 'unreadable') throw notFound();
    const { id, run } = found;
    const { user, role } = whoIn(ask);
    const target = {
      ...{ environment: run.environment, baseUrl: run.baseUrl, partition: run.partitionId },
    };
    const fields = await ask.fields();
    try {
      if (kind !== 'results') admitTo(served, role, target);
      if (kind === 'undo') refuseOther(fields['confirm'] ?? '', run.partitionId ?? id);
      const job = jobs.ask({
        ...{ kind, run: id, target: kind === 'results' ? null : target, user, role },
        ...{ address: ask.address, key: keyIn(ask, fields) },
      });
      audit(ask, `${kind} ${id}`, 'done');
      return answerOf(ask, job, kind === 'undo-list' ? `/runs/${id}/undo` : `/runs/${id}`);
    } catch (error) {
      if (error instanceof Refused) audit(ask, `${kind} ${id}`, 'refused');
      throw error;
    }
  }

  function stop(ask: Ask, isHard: boolean): Answer {
    const id = ask.param('id');
    const job = jobs.of({ run: id }).find((each) => each.endedAt === null && each.kind !== 'results');
    if (!job)
      throw new Refused(
        409,
        'NOT_HERE',
        'No job of this server is at work on this run.',
        'One of the command line is stopped where it was started.',
      );
    const { user, role } = whoIn(ask);
    if (job.target) admitTo(served, role, job.target);
    if (!isHard) jobs.stop(job.id, user);
    else if (job.stoppingAt !== null && Date.now() - job.stoppingAt >= HARD_AFTER_MS) jobs.stopHard(job.id);
    else
      throw new Refused(
        409,
        'TOO_EARLY',
        'Ask it to stop first, and give it a minute: what is in flight is finished.',
        'After that it can be stopped hard.',
      );
    audit(ask, `${isHard ? 'stop hard' : 'stop'} ${id}`, 'done');
    return answerOf(ask, jobs.find(job.id) ?? job, `/runs/${id}`);
  }

  return [
    {
      ...{ method: 'GET', path: '/runs/:id/state', role: 'view' },
      answer: async (ask) => {
        const state = await stateOfRun(served, ask.param('id'));
        if (state === null) throw notFound();
        return { json: state };
      },
    },
    ...(Object.keys(ACTS) as (keyof typeof ACTS)[]).map(
      (kind): Route => ({
        ...{ method: 'POST', path: `/runs/:id/${kind}`, role: ACTS[kind] },
        answer: (ask) => act(ask, kind),
      }),
    ),
    { ...{ method: 'POST', path: '/runs/:id/stop', role: 'run' }, answer: (ask) => stop(ask, false) },
    { ...{ method: 'POST', path: '/runs/:id/stop-hard', role: 'run' }, answer: (ask) => stop(ask, true) },
  ];
}

/** Whoever asks: routes of jobs need somebody. */
export function whoIn({ session }: Ask): { user: string; role: Role } {
  if (session === null) throw notFound();
  return session;
}

/** A double click is one job: its two requests have one key. */
export function keyIn(ask: Ask, fields: Readonly<Record<string, string>>): string | null {
  return (ask.header('idempotency-key') ?? fields['key'] ?? '').slice(0, 100) || null;
}

export function answerOf(ask: Ask, job: Job, see: string): Answer {
  return ask.wantsPage ? { see } : { status: 202, json: { job: jobMember(job), path: see } };
}

/** @throws Refused when what was typed is not what was to be typed */
function refuseOther(typed: string, wanted: string): void {
  if (typed.trim() === wanted) return;
  throw new Refused(
    409,
    'NOT_CONFIRMED',
    'What was typed is not the ID of the partition.',
    `Type ${wanted} to confirm.`,
  );
}

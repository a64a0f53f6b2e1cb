import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { EXIT } from '../../errors.js';
import { readHolder } from '../../journal/lock.js';
import type { Profile } from '../../records/profile.js';
import { type Html, html } from '../../results/html.js';
import type { ListedRun, RunReport, UnreadableRun } from '../../results/run-report.js';
import { readRun, runFiles } from '../../run/directory.js';
import { isProduction } from '../../run/platform.js';
import { profileOfReading } from '../../run/settings.js';
import type { RunTarget } from '../../run/state.js';
import { atWork, type Job } from '../jobs/jobs.js';
import { isLongStopping, jobMember, stateOfRun } from '../jobs/states.js';
import type { JobKind, JobTarget } from '../jobs/store.js';
import { button } from '../pages/jobs.js';
import { environmentTag } from '../pages/layout.js';
import { actsCard } from '../pages/run-acts.js';
import { nameOf } from '../pages/runs.js';
import { type UndoView, undoPage } from '../pages/undo.js';
import { mayDo, type Role } from '../roles.js';
import { type Answer, type Ask, askerOf, notFound, Refused, type Route, sessionOf } from '../route.js';
import { downloadsIn } from '../runs.js';
import type { Served } from '../served.js';

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
export function admitTo({ jobs }: Pick<Served, 'jobs'>, role: Role, target: JobTarget): void {
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

/**
 * Tells the audit what somebody asked for, and whether it was refused.
 * @param result `done` where all of it is over once it is answered
 */
export async function auditJob(
  { records }: Pick<Served, 'records'>,
  ask: Ask,
  object: string,
  work: () => Answer | Promise<Answer>,
  result: 'asked' | 'done' = 'asked',
): Promise<Answer> {
  const line = { ...askerOf(ask), action: 'job', object } as const;
  try {
    const answer = await work();
    records.audit({ ...line, result });
    return answer;
  } catch (error) {
    if (error instanceof Refused) records.audit({ ...line, result: 'refused' });
    throw error;
  }
}

/**
 * Asks a job to stop, or ends one at once that was asked a minute ago.
 * @param job undefined where there is none
 * @throws Refused 409
 */
export function stopJob(
  served: Served,
  ask: Ask,
  job: Job | undefined,
  isHard: boolean,
  see: string,
): Promise<Answer> {
  const { jobs } = served;
  const { user, role } = sessionOf(ask);
  return auditJob(served, ask, `${isHard ? 'stop hard' : 'stop'} ${see.split('/')[2]}`, () => {
    if (!job)
      throw new Refused(
        409,
        'NOT_HERE',
        'No job of this server is at work on it.',
        'One of the command line is stopped where it was started.',
      );
    if (job.target) admitTo(served, role, job.target);
    if (!isHard) jobs.stop(job.id, user);
    else if (isLongStopping(job)) jobs.stopHard(job.id);
    else
      throw new Refused(
        409,
        'TOO_EARLY',
        'Ask it to stop first, and give it a minute: what is in flight is finished.',
        'After that it can be stopped hard.',
      );
    return answerOf(ask, jobs.find(job.id) ?? job, see);
  });
}

/** Stopping, going on and whatever else is done with runs. */
export function jobRoutes(served: Served): Route[] {
  const { jobs, runs, sheets } = served;

  async function readable(ask: Ask) {
    const found = await runs.find(ask.param('id'));
    if (!found || found.run.state === 'unreadable') throw notFound();
    return { id: found.id, run: found.run };
  }

  /** A run that was asked for and never began is asked for once more, as it was. */
  async function startAgain(ask: Ask, [before]: readonly Job[]): Promise<Answer> {
    if (before?.kind !== 'run' || before.run === null) throw notFound();
    const { sheet, revision, run, target, args } = before;
    const { user, role } = sessionOf(ask);
    const key = keyIn(ask, await ask.fields());
    return auditJob(served, ask, `run ${run}`, () => {
      if (before.endedAt === null) throw atWork(before);
      if (target !== null) admitTo(served, role, target);
      const others = jobs
        .startsOf(revision ?? '')
        .filter(
          (job) =>
            job.run !== run && job.target?.environment === target?.environment && job.startedAt !== null,
        );
      if ((target !== null && isProduction(target as RunTarget)) || others.length > 0)
        throw new Refused(
          409,
          'NOT_CONFIRMED',
          others.length > 0
            ? `Exactly this input was started in the meantime: run ${others[0]?.run}.`
            : 'What is started in production is confirmed each time.',
          `Start it from the page of the sheet: /sheets/${sheet}/start`,
        );
      const job = jobs.ask({
        ...{ kind: 'run', run, target, args, user, role, address: ask.address, key },
        ...(sheet === null || revision === null ? {} : { sheet, revision }),
      });
      return answerOf(ask, job, `/runs/${run}`);
    });
  }

  async function act(ask: Ask, kind: keyof typeof ACTS): Promise<Answer> {
    const id = ask.param('id');
    if (kind === 'resume' && runs.directoryOf(id) === null) return startAgain(ask, jobs.of({ run: id }));
    const { run } = await readable(ask);
    const { user, role } = sessionOf(ask);
    const fields = await ask.fields();
    const { environment, baseUrl, partitionId: partition } = run;
    const target = kind === 'results' ? null : { environment, baseUrl, partition };
    return auditJob(served, ask, `${kind} ${id}`, () => {
      if (run.kind !== 'run')
        throw new Refused(
          409,
          'NO_IMPORT',
          'It was a check: it created nothing.',
          'Start a run of the sheet.',
        );
      if (target !== null) admitTo(served, role, target);
      const sendsRest = kind === 'resume' && fields['all'] === 'yes';
      if (kind === 'undo' || (sendsRest && isProduction(run as RunTarget)))
        refuseOther(fields['confirm'] ?? '', partition ?? id);
      const job = jobs.ask({
        ...{ kind, run: id, target, user, role, address: ask.address, key: keyIn(ask, fields) },
        args: sendsRest ? ['--all'] : [],
      });
      return answerOf(ask, job, kind.startsWith('undo') ? `/runs/${id}/undo` : `/runs/${id}`);
    });
  }

  function stop(ask: Ask, isHard: boolean): Promise<Answer> {
    const id = ask.param('id');
    const job = jobs.of({ run: id }).find((each) => each.endedAt === null && each.kind !== 'results');
    return stopJob(served, ask, job, isHard, `/runs/${id}`);
  }

  /** The rows that are not done become a sheet of their own, to be put right and started. */
  async function correct(ask: Ask): Promise<Answer> {
    const { id, run } = await readable(ask);
    const file = downloadsIn(run.runDir).find(({ name }) => name.startsWith('errors.'));
    if (!file) throw notFound();
    const path = join(run.runDir, file.name);
    const { user } = sessionOf(ask);
    const take = async (): Promise<Answer> => {
      const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
      const name = `errors of ${nameOf(run.sheets, id).replace(/\.\w+$/, '')}${extname(file.name)}`;
      const incoming = { body, announced: file.bytes, signal: ask.signal };
      // its headers and values are those of the sheet that it comes from
      const sheet = await sheets.take(name, user, incoming, profileOfRun(run.runDir));
      const see = `/sheets/${sheet.id}`;
      return ask.wantsPage ? { see } : { status: 201, json: { id: sheet.id, path: see } };
    };
    return auditJob(served, ask, `correct ${id}`, take, 'done');
  }

  async function undo(ask: Ask): Promise<Answer> {
    const { id, run } = await readable(ask);
    const { role } = sessionOf(ask);
    const own = jobs.of({ run: id });
    const last = own.find(
      ({ kind, exit, error }) => kind === 'undo-list' && error === null && LISTED.includes(exit),
    );
    const isLatest =
      last && !own.some((job) => job.id > last.id && CHANGES.includes(job.kind) && job.startedAt !== null);
    const output = last && isLatest ? jobs.outputOf(last) : null;
    const list = (output?.['objects'] ?? null) as UndoView['list'];
    const latestUndo = own.find(({ kind, endedAt, startedAt }) => kind === 'undo' && endedAt && startedAt);
    const did = latestUndo ? (jobs.outputOf(latestUndo)?.['objects'] ?? null) : null;
    const state = await stateOfRun(served, id, run);
    return {
      page: { title: `Undo ${nameOf(run.sheets, id)}`, part: '/runs', scripts: ['live'] },
      content: undoPage({
        ...{
          id,
          run,
          page: state?.page ?? '',
          jobs: own,
          list,
          listedAt: list && last ? last.endedAt : null,
          did: did as UndoView['did'],
          isClosed: !jobs.settings.environments.includes(run.environment),
        },
        may: isAdmitted(served, role, { ...run, partition: null }) && mayDo(role, 'production'),
        ...{ word: run.partitionId ?? id, key: randomUUID(), linesOf: (job) => jobs.lastLinesOf(job) },
      }),
    };
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
    { ...{ method: 'GET', path: '/runs/:id/undo', role: 'view' }, answer: undo },
    ...(Object.keys(ACTS) as (keyof typeof ACTS)[]).map(
      (kind): Route => ({
        ...{ method: 'POST', path: `/runs/:id/${kind}`, role: ACTS[kind], startsWork: true },
        answer: (ask) => act(ask, kind),
      }),
    ),
    { ...{ method: 'POST', path: '/runs/:id/correct', role: 'run' }, answer: correct },
    { ...{ method: 'POST', path: '/runs/:id/stop', role: 'run' }, answer: (ask) => stop(ask, false) },
    { ...{ method: 'POST', path: '/runs/:id/stop-hard', role: 'run' }, answer: (ask) => stop(ask, true) },
  ];
}

/** How the list of an undo ends: something may be kept, or not deletable yet. */
const LISTED: readonly (number | null)[] = [EXIT.done.code, EXIT.someFailed.code, EXIT.underWay.code];

/** How the sheets of a run were read. */
function profileOfRun(directory: string): Partial<Profile> {
  const { journal, facts } = readRun(directory);
  void journal.close();
  return profileOfReading(facts.reading);
}

/** What changes a run, so that a list of what undo would do is no longer true. */
const CHANGES: readonly JobKind[] = ['run', 'resume', 'retry', 'undo'];

/** Whether a role may do something where a job goes. */
function isAdmitted(served: Pick<Served, 'jobs'>, role: Role, target: JobTarget): boolean {
  try {
    admitTo(served, role, target);
    return mayDo(role, 'run');
  } catch {
    return false;
  }
}

/** What is said of a run here and done with it. */
export function actsOf(
  served: Served,
  ask: Ask,
  id: string,
  run: ListedRun | UnreadableRun | null,
  report: RunReport | null = null,
): Html {
  const { jobs } = served;
  const { role } = sessionOf(ask);
  const own = jobs.of({ run: id });
  const target = run && run.state !== 'unreadable' ? { ...run, partition: null } : (own[0]?.target ?? null);
  const may = target === null ? mayDo(role, 'run') : isAdmitted(served, role, target);
  return actsCard(run, report, {
    ...{ id, jobs: own, may, mayUndo: may && mayDo(role, 'production') },
    isClosed: target !== null && !jobs.settings.environments.includes(target.environment),
    holder: run?.state === 'going on' ? readHolder(`${runFiles(run.runDir).lock}.holder`) : null,
    hasErrors: run !== null && downloadsIn(run.runDir).some(({ name }) => name.startsWith('errors.')),
    ...{ key: randomUUID(), linesOf: (job: Job) => jobs.lastLinesOf(job) },
  });
}

/** The page of a run that was asked for and has not begun. */
export function askedFor(served: Served, ask: Ask, id: string): Html | null {
  const [job] = served.jobs.of({ run: id });
  if (!job) return null;
  const may = job.target !== null && isAdmitted(served, sessionOf(ask).role, job.target);
  const sheet = job.sheet === null ? null : served.sheets.find(job.sheet);
  const isBeginning = job.state === 'running' || job.state === 'stopping';
  return html`<div id="live" data-topic="run:${id}">${environmentTag(job.target?.environment ?? '')}
<h1>${sheet?.name ?? id}</h1>${sheet === null ? '' : html`<p class="quiet">${id}</p>`}</div>
<p class="quiet" role="status" id="said"></p>
<p>${isBeginning ? 'It is beginning: nothing was sent yet.' : `It has not begun${job.endedAt === null ? ' yet' : ''}: nothing was read or sent.`}</p>
${actsOf(served, ask, id, null)}
${job.endedAt === null || !may ? '' : button(`/runs/${id}/resume`, 'Start it again', { key: randomUUID() })}
${job.sheet === null ? '' : html`<p><a href="/sheets/${job.sheet}/start">Back to the sheet</a></p>`}`;
}

/** A double click is one job: its two requests have one key. */
export function keyIn(ask: Ask, fields: Readonly<Record<string, string>>): string | null {
  return (ask.header('idempotency-key') ?? fields['key'] ?? '').slice(0, 100) || null;
}

export function answerOf(ask: Ask, job: Job, see: string): Answer {
  return ask.wantsPage ? { see } : { status: 202, json: { job: jobMember(job), path: see } };
}

/** @throws Refused when what was typed is not what was to be typed */
export function refuseOther(typed: string, wanted: string): void {
  if (typed.trim() === wanted) return;
  throw new Refused(
    409,
    'NOT_CONFIRMED',
    'What was typed is not the ID of the partition.',
    `Type ${wanted} to confirm.`,
  );
}

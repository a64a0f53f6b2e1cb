import { randomUUID } from 'node:crypto';
import { isProduction } from '../../run/platform.js';
import type { RunTarget } from '../../run/state.js';
import { dryRunOf, isFresh } from '../jobs/dry-runs.js';
import type { Job } from '../jobs/jobs.js';
import { stateOfSheet } from '../jobs/states.js';
import type { JobTarget } from '../jobs/store.js';
import { dryRunPage, type Place, startPage, type ToStart } from '../pages/start.js';
import { mayDo, type Role } from '../roles.js';
import { type Answer, type Ask, askerOf, notFound, Refused, type Route, sessionOf } from '../route.js';
import type { Served } from '../served.js';
import { idFor } from '../sheets/names.js';
import type { Sheet } from '../sheets/sheets.js';
import { viewOf } from '../sheets/view.js';
import { admitTo, answerOf, auditJob, keyIn, refuseOther, stopJob } from './jobs.js';

const PARTITION = /^[A-Za-z0-9._-]{1,100}$/;

/** What a start may say besides where to, as the words of the command line that it becomes. */
const OPTIONS: Readonly<Record<string, { option: string; matches: RegExp; says: string }>> = {
  concurrency: { option: 'concurrency', matches: /^[1-9]\d{0,2}$/, says: 'a whole number from 1 to 999' },
  maxErrors: {
    option: 'max-errors',
    matches: /^(\d{1,9}|\d\d?%|100%)$/,
    says: 'a number such as 100, or a share such as 5%',
  },
  limit: { option: 'limit', matches: /^[1-9]\d{0,8}$/, says: 'a whole number' },
  only: { option: 'only', matches: /^[^=\p{Cc}]{1,100}=[^\p{Cc}]{1,1000}$/u, says: 'column=value' },
};

type Fields = Readonly<Record<string, string>>;

/** The pages that ask for a log-in. */
const BACK = /^\/(runs|sheets)\/[a-z0-9][a-z0-9._/-]*(\?environment=[a-z]+)?$/;

/** What is done with sheets by processes of their own: checks, dry runs, starts. */
export function startRoutes(served: Served): Route[] {
  const { jobs, records, runs, sheets } = served;

  async function check(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const fields = await ask.fields();
    const { user, role } = sessionOf(ask);
    const job = jobs.ask({
      ...{ kind: 'check', sheet: sheet.id, revision: seenRevision(sheet, fields), user, role },
      ...{ address: ask.address, key: keyIn(ask, fields) },
    });
    return answerOf(ask, job, `/sheets/${sheet.id}/problems`);
  }

  async function dryRun(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const fields = await ask.fields();
    const { user, role } = sessionOf(ask);
    const target = targetIn(fields, role);
    takeLogIn(ask, fields, target);
    return auditJob(served, ask, `dry-run ${sheet.id}`, () => {
      const job = jobs.ask({
        ...{ kind: 'dry-run', sheet: sheet.id, revision: neededRevision(sheet, fields), target, user, role },
        ...{ address: ask.address, key: keyIn(ask, fields) },
      });
      return answerOf(ask, job, `/sheets/${sheet.id}/dry-run?environment=${target.environment}`);
    });
  }

  async function start(ask: Ask): Promise<Answer> {
    const fields = await ask.fields();
    const sheet = sheets.get(fields['sheet'] ?? '');
    const { user, role } = sessionOf(ask);
    const key = keyIn(ask, fields);
    const before = key === null ? null : jobs.byKey(user, key);
    if (before) return answerOf(ask, before, `/runs/${before.run}`);
    const asked = targetIn(fields, role);
    takeLogIn(ask, fields, asked);
    const revision = neededRevision(sheet, fields);
    return auditJob(served, ask, `run ${sheet.id} ${asked.environment}`, async () => {
      const invalid = sheets.checkOf(sheet);
      const skips = isYes(fields['skipInvalid']);
      if (invalid?.isCurrent && invalid.invalid > 0 && !skips)
        throw new Refused(
          409,
          'HAS_ERRORS',
          `The sheet has ${invalid.invalid} invalid rows.`,
          'Put them right, or say that they are left out.',
        );
      const target = isProduction(asked as RunTarget)
        ? await confirmed(sheet, revision, asked, user, fields)
        : asked;
      const earlier = startsOf(revision, target.environment);
      if (earlier.length > 0 && !isYes(fields['again'])) {
        const [{ run, user: by, askedAt } = {}] = earlier;
        throw new Refused(
          409,
          'STARTED_BEFORE',
          `Exactly this input was started in ${target.environment} before: run ${run}, by ${by}, ${askedAt}.`,
          'Look at that run first; tick that it is to be started again, if it is.',
          {},
          { run },
        );
      }
      // the sheet may have been changed while the platform's dry run was read
      const job = jobs.ask({
        ...{
          kind: 'run',
          sheet: sheet.id,
          revision: seenRevision(sheet, { revision }),
          run: newRunId(sheet),
        },
        ...{ target, args: [...optionWords(fields), ...(skips ? ['--on-invalid=skip'] : [])] },
        ...{ user, role, address: ask.address, key },
      });
      return answerOf(ask, job, `/runs/${job.run}`);
    });
  }

  /** Takes the log-in that was typed beside what is asked for, where one was. */
  function takeLogIn(ask: Ask, { username = '', password = '' }: Fields, { environment }: JobTarget): void {
    if (username === '' || password === '') return;
    jobs.logIn(sessionOf(ask).user, environment, { username, password });
    records.audit({ ...askerOf(ask), action: 'job', object: `log-in to ${environment}`, result: 'done' });
  }

  /** What production needs before anything is begun there. @returns the target, with the partition that was typed */
  async function confirmed(
    sheet: Sheet,
    revision: string,
    asked: JobTarget,
    user: string,
    fields: Fields,
  ): Promise<JobTarget> {
    const dry = await dryRunOf(sheet.directory, revision, asked.environment);
    const known = jobs.partitionOf(user, asked) ?? (dry?.isCurrent ? dry.report.partitionId : null);
    const typed = (fields['confirm'] ?? '').trim();
    // Where nobody knows it yet, what is typed is where it goes, or it does not go anywhere.
    const partition = known ?? typed;
    if (!PARTITION.test(partition))
      throw new Refused(
        409,
        'NOT_CONFIRMED',
        'The ID of the partition was not typed.',
        'Type it to confirm.',
      );
    refuseOther(typed, partition);
    if (!isFresh(dry, partition) && !isYes(fields['withoutDryRun']))
      throw new Refused(
        409,
        'NO_DRY_RUN',
        'There was no dry run of exactly this input in this partition in the last 24 hours.',
        'Make one, or tick that it is started without.',
      );
    return { ...asked, partition };
  }

  /** Where a request wants to go. @throws Refused */
  function targetIn(fields: Fields, role: Role): JobTarget {
    const environment = fields['environment'] ?? jobs.settings.environments[0] ?? '';
    const target = jobs.targetIn(environment);
    admitTo(served, role, target ?? { environment, baseUrl: null, partition: null });
    if (target === null) throw notFound();
    const partition = (fields['partition'] ?? '').trim();
    if (partition === '') return target;
    if (!PARTITION.test(partition)) throw invalid('partition', 'an ID');
    return { ...target, partition };
  }

  function startsOf(revision: string, environment: string): Job[] {
    return jobs
      .startsOf(revision)
      .filter((job) => job.target?.environment === environment && !(job.startedAt === null && job.endedAt));
  }

  function newRunId(sheet: Sheet): string {
    const wanted = idFor(new Date(), sheet.name);
    for (let turn = 1; ; turn++) {
      const id = turn === 1 ? wanted : `${wanted}-${turn}`;
      if (runs.directoryOf(id) === null && jobs.of({ run: id }).length === 0) return id;
    }
  }

  /**
   * The revision of a sheet, which must be the one that somebody has seen.
   * @throws Refused 409
   */
  function seenRevision(sheet: Sheet, { revision: seen }: Fields): string {
    const revision = sheets.revisionOf(sheet);
    if (seen === undefined || seen === revision) return revision;
    throw new Refused(
      409,
      'CHANGED',
      'Somebody has changed this sheet since you saw it.',
      'Look at it as it is now.',
      {},
      { revision },
    );
  }

  /**
   * The same where it must be said: what goes to a platform is what somebody has seen.
   * @throws Refused 400, 409
   */
  function neededRevision(sheet: Sheet, fields: Fields): string {
    if ((fields['revision'] ?? '') === '')
      throw new Refused(
        400,
        'NO_REVISION',
        'The request does not say which revision of the sheet it means.',
        `Send the revision that you have seen: GET /sheets/${sheet.id}/state tells it.`,
      );
    return seenRevision(sheet, fields);
  }

  function placesFor(user: string, role: Role): Place[] {
    return jobs.settings.environments.flatMap((environment) => {
      const target = jobs.targetIn(environment);
      if (target === null) return [];
      const production = isProduction(target as RunTarget);
      return [
        {
          ...{ environment, baseUrl: target.baseUrl, isProduction: production },
          partition: jobs.partitionOf(user, target),
          needsLogIn: environment !== 'sandbox' && jobs.logIns.of(user, environment) === null,
          may: mayDo(role, production ? 'production' : 'run'),
        },
      ];
    });
  }

  async function toStart(ask: Ask, kinds: readonly string[]): Promise<ToStart> {
    const sheet = sheets.get(ask.param('id'));
    const { user, role } = sessionOf(ask);
    const places = placesFor(user, role);
    const asked = ask.query('environment');
    const place = places.find(({ environment }) => environment === asked) ?? places[0];
    if (!place) throw notFound();
    const view = { ...viewOf(served, ask, sheet), look: await sheets.looks.of(sheet) };
    const dry = await dryRunOf(sheet.directory, view.revision, place.environment);
    const known = dry?.isCurrent ? dry.report.partitionId : null;
    return {
      ...{ view, places, place: { ...place, partition: place.partition ?? known }, dryRun: dry },
      jobs: jobs
        .of({ sheet: sheet.id })
        .filter(({ kind, target }) => kinds.includes(kind) && target?.environment === place.environment),
      ...{ linesOf: (job: Job) => jobs.lastLinesOf(job), key: randomUUID() },
    };
  }

  function titleOf({ view, place }: ToStart): string {
    return place.isProduction ? `${view.sheet.name} (production)` : view.sheet.name;
  }

  async function stop(ask: Ask, isHard: boolean): Promise<Answer> {
    const { id } = sheets.get(ask.param('id'));
    const job = jobs.of({ sheet: id }).find(({ kind, endedAt }) => kind === 'dry-run' && endedAt === null);
    const where = job?.target ? `?environment=${job.target.environment}` : '';
    return stopJob(served, ask, job, isHard, `/sheets/${id}/dry-run${where}`);
  }

  async function logIn(ask: Ask): Promise<Answer> {
    const fields = await ask.fields();
    const { username = '', password = '', back = '' } = fields;
    const target = targetIn({ environment: fields['environment'] ?? '' }, sessionOf(ask).role);
    if (username === '' || password === '') throw invalid('username and password', 'given');
    takeLogIn(ask, fields, target);
    return ask.wantsPage
      ? { see: BACK.test(back) ? back : '/' }
      : { json: { environment: target.environment } };
  }

  return [
    {
      ...{ method: 'GET', path: '/sheets/:id/state', role: 'view' },
      answer: (ask) => {
        const sheet = sheets.get(ask.param('id'));
        return { json: stateOfSheet(served, sheet.id, sheets.revisionOf(sheet)) };
      },
    },
    {
      ...{ method: 'GET', path: '/sheets/:id/dry-run', role: 'view' },
      answer: async (ask) => {
        const facts = await toStart(ask, ['dry-run']);
        return {
          page: { title: titleOf(facts), part: '/sheets', scripts: ['live'] },
          content: dryRunPage(facts),
        };
      },
    },
    {
      ...{ method: 'GET', path: '/sheets/:id/start', role: 'view' },
      answer: async (ask) => {
        const facts = await toStart(ask, []);
        const { view, place, dryRun: dry } = facts;
        const earlier = startsOf(view.revision, place.environment);
        return {
          page: { title: titleOf(facts), part: '/sheets', scripts: ['live'] },
          content: startPage(facts, {
            ...{ earlier, isFresh: isFresh(dry, place.partition), sent: ask.sent() },
          }),
        };
      },
    },
    { ...{ method: 'POST', path: '/sheets/:id/check', role: 'run' }, answer: check },
    { ...{ method: 'POST', path: '/sheets/:id/dry-run', role: 'run', startsWork: true }, answer: dryRun },
    {
      ...{ method: 'POST', path: '/sheets/:id/dry-run/stop', role: 'run' },
      answer: (ask) => stop(ask, false),
    },
    {
      ...{ method: 'POST', path: '/sheets/:id/dry-run/stop-hard', role: 'run' },
      answer: (ask) => stop(ask, true),
    },
    { ...{ method: 'POST', path: '/runs', role: 'run', startsWork: true }, answer: start },
    { ...{ method: 'POST', path: '/login-to-platform', role: 'run' }, answer: logIn },
  ];
}

function isYes(text: string | undefined): boolean {
  return text === 'yes' || text === 'true';
}

/** @throws Refused 400 for a value that cannot be */
function optionWords(fields: Fields): string[] {
  return Object.entries(OPTIONS).flatMap(([name, { option, matches, says }]) => {
    const value = (fields[name] ?? '').trim();
    if (value === '') return [];
    if (!matches.test(value)) throw invalid(name, says);
    return [`--${option}=${value}`];
  });
}

function invalid(name: string, says: string): Refused {
  return new Refused(400, 'OPTION_INVALID', `${name} must be ${says}.`, 'Correct it.');
}

import { join } from 'node:path';
import { readReport } from '../../run/read.js';
import { currentOf, stateOfRun } from '../jobs/states.js';
import { runPage } from '../pages/run.js';
import { nameOf, nowPage, type RunsQuery, runsPage } from '../pages/runs.js';
import { mayDo } from '../roles.js';
import { type Answer, type Ask, askerOf, notFound, type Route, sessionOf } from '../route.js';
import { attachment, DOWNLOADS, type Download, downloadsIn } from '../runs.js';
import { sentFile } from '../sent-file.js';
import type { Served } from '../served.js';
import { viewOf } from '../sheets/view.js';
import { actsOf, askedFor } from './jobs.js';
import { SAMPLES, templateNames } from './sheets.js';

const REPORT_POLICY =
  "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Looking at runs, and taking their files. */
export function runRoutes(served: Served): Route[] {
  const { folder, jobs, records, rowSearch, runs, sheets } = served;
  /** A file of a run by what was asked for; found in a listing. */
  function fileOf(ask: Ask, asked: string): { id: string; name: Download; path: string } {
    const id = ask.param('id');
    const directory = runs.directoryOf(id);
    const name =
      directory === null ? undefined : downloadsIn(directory).find((file) => file.name === asked)?.name;
    if (directory === null || name === undefined) throw notFound();
    return { id, name, path: join(directory, name) };
  }

  async function one(ask: Ask): Promise<Answer> {
    const found = await runs.find(ask.param('id'));
    if (!found) {
      const asked = askedFor(served, ask, ask.param('id'));
      if (asked === null) throw notFound();
      return { page: { title: ask.param('id'), part: '/runs', scripts: ['live'] }, content: asked };
    }
    const { id, run } = found;
    // While it goes on, causes are read only where there are failures to tell of.
    const isReadable =
      run.state !== 'unreadable' && (run.state !== 'going on' || (run.counts['failed'] ?? 0) > 0);
    const report = isReadable ? await readReport(run.runDir).catch(() => null) : null;
    const name = run.state === 'unreadable' ? id : nameOf(run.sheets, id);
    const title =
      run.state !== 'unreadable' && run.environment === 'production' ? `${name} (production)` : name;
    const acts = actsOf(served, ask, id, run, report);
    const state = await stateOfRun(served, id, run);
    if (state === null) throw notFound();
    const view = { report, state, current: currentOf(jobs.of({ run: id })), acts };
    return { page: { title, part: '/runs', scripts: ['live'] }, content: runPage(found, view) };
  }

  function download(ask: Ask): Answer {
    const file = fileOf(ask, ask.param('name'));
    const object = `${file.id}/${file.name}`;
    records.audit({ ...askerOf(ask), action: 'download', object, result: 'done' });
    return sentFile(file.path, DOWNLOADS[file.name].type, {
      'Content-Disposition': attachment(`${file.id}-${file.name}`),
    });
  }

  return [
    {
      ...{ method: 'GET', path: '/', role: 'view' },
      answer: async (ask) => ({
        page: { title: 'Now', part: '/', scripts: ['live', 'upload', 'login'] },
        content: nowPage(
          await runs.list(),
          sheets.list().map((sheet) => viewOf(served, ask, sheet)),
          {
            mayUpload: mayDo(sessionOf(ask).role, 'run'),
            ...{ maxUpload: sheets.limits.upload, runsFolder: folder.runs },
            diskLeft: await sheets.diskLeft(),
            ...{ templates: templateNames(), samples: SAMPLES },
          },
          jobs.open(),
        ),
      }),
    },
    {
      ...{ method: 'GET', path: '/runs', role: 'view' },
      answer: async (ask) => {
        const query = queryOf(ask);
        const { text, standing, environment } = query;
        const { hash } = sessionOf(ask);
        const [all, found] = await Promise.all([
          runs.list(),
          text.trim() === '' ? null : rowSearch.find({ text, standing, environment }, hash, ask.signal),
        ]);
        return { page: { title: 'Runs', part: '/runs' }, content: runsPage(all, query, found) };
      },
    },
    { ...{ method: 'GET', path: '/runs/:id', role: 'view' }, answer: one },
    { ...{ method: 'GET', path: '/runs/:id/files/:name', role: 'view' }, answer: download },
    {
      ...{ method: 'GET', path: '/runs/:id/report', role: 'view' },
      // In a page of its own that may run its script and nothing else: no cookie, no request, no way to this site.
      answer: (ask) => {
        const { path, name } = fileOf(ask, 'report.html');
        return sentFile(path, DOWNLOADS[name].type, { 'Content-Security-Policy': REPORT_POLICY });
      },
    },
  ];
}

function queryOf(ask: Ask): RunsQuery {
  const page = Math.max(1, Number.parseInt(ask.query('page'), 10) || 1);
  return {
    text: ask.query('q'),
    standing: ask.query('standing'),
    environment: ask.query('environment'),
    page,
  };
}

import { existsSync, rmSync } from 'node:fs';
import { StopError } from '../../errors.js';
import { runFiles } from '../../run/directory.js';
import { keepRunPage, keepSheetPage } from '../pages/keep.js';
import type { Action } from '../records.js';
import { countsOf } from '../retention.js';
import { mayDo } from '../roles.js';
import { type Answer, type Ask, askerOf, notFound, Refused, type Route, sessionOf } from '../route.js';
import { attachment, DOWNLOADS, type ServedRun } from '../runs.js';
import { sentFile } from '../sent-file.js';
import type { Served } from '../served.js';

/** Deleting sheets, runs and credentials, and taking credentials. */
export function keepRoutes({ records, runs, sheets, retention, proof }: Served): Route[] {
  function audit(
    ask: Ask,
    action: Action,
    object: string,
    result: 'done' | 'refused' | 'failed',
    change = '',
  ): void {
    records.audit({ ...askerOf(ask), action, object, change, result });
  }

  async function sheetPage(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const { user, role } = sessionOf(ask);
    const mayDelete = mayDo(role, 'run') && (sheet.by === user || role === 'admin');
    const goesAt = retention.sheetGoesAt(sheet, await runs.list());
    return ask.wantsPage
      ? { page: { title: sheet.name, part: '/sheets' }, content: keepSheetPage(sheet, goesAt, mayDelete) }
      : { json: { goesAt } };
  }

  async function deleteSheet(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const { user, role } = sessionOf(ask);
    const { sure } = await ask.fields();
    if (sheet.by !== user && role !== 'admin') {
      audit(ask, 'delete sheet', sheet.id, 'refused');
      throw new Refused(403, 'ROLE', `Only ${sheet.by} or an admin may delete this sheet.`, 'Ask them.');
    }
    if (sure !== 'yes') throw notSure();
    const reason = retention.whySheetStays(sheet, await runs.list());
    if (reason !== null) throw staysNow(reason);
    await sheets.remove(sheet);
    audit(ask, 'delete sheet', sheet.id, 'done');
    return ask.wantsPage ? { see: '/sheets' } : { json: { deleted: sheet.id } };
  }

  async function found(ask: Ask): Promise<ServedRun> {
    const run = await runs.find(ask.param('id'));
    if (!run) throw notFound();
    return run;
  }

  async function runPage(ask: Ask): Promise<Answer> {
    const { id, run } = await found(ask);
    const content = keepRunPage(id, sessionOf(ask), existsSync(runFiles(run.runDir).credentials));
    return { page: { title: id, part: '/runs' }, content };
  }

  async function deleteRun(ask: Ask): Promise<Answer> {
    const run = await found(ask);
    const { sure } = await ask.fields();
    if (sure !== 'yes') throw notSure();
    const counts = countsOf(run);
    const { what, reason } = await retention.deleteRun(run);
    if (what !== 'deleted') {
      audit(ask, 'delete run', run.id, what === 'failed' ? 'failed' : 'refused', reason);
      throw staysNow(reason);
    }
    audit(ask, 'delete run', run.id, 'done', counts);
    return ask.wantsPage ? { see: '/runs' } : { json: { deleted: run.id, reason } };
  }

  /** Does something with the credentials of a run once whoever asks has shown who they are. */
  async function withCredentials(ask: Ask, action: Action, work: (file: string) => Answer): Promise<Answer> {
    const { id, run } = await found(ask);
    const file = runFiles(run.runDir).credentials;
    const object = `${id}/credentials.csv`;
    if (!existsSync(file)) throw notFound();
    try {
      await proof.require(sessionOf(ask), (await ask.fields())['password'] ?? '');
    } catch (error) {
      if (!(error instanceof StopError)) throw error;
      audit(ask, action, object, 'refused', error.code);
      throw new Refused(422, error.code, error.message, error.hint);
    }
    audit(ask, action, object, 'done');
    return work(file);
  }

  return [
    { ...{ method: 'GET', path: '/sheets/:id/keep', role: 'view' }, answer: sheetPage },
    { ...{ method: 'POST', path: '/sheets/:id/delete', role: 'run' }, answer: deleteSheet },
    { ...{ method: 'GET', path: '/runs/:id/keep', role: 'view' }, answer: runPage },
    { ...{ method: 'POST', path: '/runs/:id/delete', role: 'admin' }, answer: deleteRun },
    {
      ...{ method: 'POST', path: '/runs/:id/credentials', role: 'production' },
      answer: (ask) =>
        withCredentials(ask, 'download', (file) =>
          sentFile(file, DOWNLOADS['results.csv'].type, {
            'Content-Disposition': attachment(`${ask.param('id')}-credentials.csv`),
          }),
        ),
    },
    {
      ...{ method: 'POST', path: '/runs/:id/credentials/delete', role: 'production' },
      answer: (ask) =>
        withCredentials(ask, 'delete credentials', (file) => {
          rmSync(file);
          return ask.wantsPage
            ? { see: `/runs/${ask.param('id')}/keep` }
            : { json: { deleted: 'credentials.csv' } };
        }),
    },
  ];
}

function notSure(): Refused {
  return new Refused(400, 'NOT_CONFIRMED', 'Nothing was deleted.', 'Tick the box to confirm.');
}

function staysNow(reason: string): Refused {
  return new Refused(409, 'KEPT', `It cannot be deleted now: ${reason}.`, 'Try it again once that is over.');
}

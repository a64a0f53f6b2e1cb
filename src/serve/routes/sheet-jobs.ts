import { stateOfSheet } from '../jobs/states.js';
import { type Answer, type Ask, Refused, type Route } from '../route.js';
import type { Served } from '../served.js';
import type { Sheet } from '../sheets/sheets.js';
import { answerOf, keyIn, whoIn } from './jobs.js';

/** What is done with sheets by processes of their own. */
export function sheetJobRoutes(served: Served): Route[] {
  const { jobs, sheets } = served;

  async function check(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const fields = await ask.fields();
    const revision = seenRevision(sheet, fields);
    const { user, role } = whoIn(ask);
    const job = jobs.ask({
      ...{ kind: 'check', sheet: sheet.id, revision, user, role },
      ...{ address: ask.address, key: keyIn(ask, fields) },
    });
    return answerOf(ask, job, `/sheets/${sheet.id}/problems`);
  }

  /**
   * The revision of a sheet, which must be the one that somebody has seen.
   * @throws Refused 409
   */
  function seenRevision(sheet: Sheet, { revision: seen }: Readonly<Record<string, string>>): string {
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

  return [
    {
      ...{ method: 'GET', path: '/sheets/:id/state', role: 'view' },
      answer: (ask) => {
        const sheet = sheets.get(ask.param('id'));
        return { json: stateOfSheet(served, sheet.id, sheets.revisionOf(sheet)) };
      },
    },
    { ...{ method: 'POST', path: '/sheets/:id/check', role: 'run' }, answer: check },
  ];
}

import type { ActEnd } from '../execute/run-acts.js';
import type { StoredRow } from '../journal/journal.js';
import type { ImportRecord } from '../records/record.js';
import { welcomeMail } from '../resources/acts/welcome-mail.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { type ActList, type ActReport, type ActRequest, actRun } from './act-run.js';
import type { Follow } from './events.js';

const COLUMNS = ['account', 'name', 'file', 'sheet', 'row', 'state', 'reason', 'hint', 'welcomeEmailSent'];

/**
 * Sends the welcome mails that a run held back (`blockEmail`): to each user that it created, who has an e-mail address
 * and portal access, one, unless the platform says that one went out already. Lists them in `welcome.csv`.
 *
 * @throws StopError when nothing could be done at all
 */
export function welcomeRun(request: ActRequest, follow: Follow = {}): Promise<ActReport> {
  return actRun({ name: 'welcome', acts: [welcomeMail], resultOf, openList }, request, follow);
}

function resultOf({ now }: ActEnd) {
  const { welcomeEmailSent } = now;
  return typeof welcomeEmailSent === 'string' ? { welcomeEmailSent } : {};
}

async function openList(_run: unknown, path: string): Promise<ActList> {
  const columns = COLUMNS.map((header) => ({ header }));
  const list = await openSheetWriter(path, 'csv', { sheetName: 'welcome', columns });
  return {
    async add({ row, record }: StoredRow<ImportRecord>, ends: readonly ActEnd[]) {
      const { file, sheet, values } = record;
      for (const { name, what, reason, hint, now } of ends) {
        const place = [values.accountNumber ?? '', name, file, sheet ?? '', String(row)];
        await list.write([...place, what, reason, hint, String(now['welcomeEmailSent'] ?? '')]);
      }
    },
    commit: () => list.commit(),
    abort: () => list.abort(),
  };
}

import { Readable } from 'node:stream';
import { csvLine } from '../../sheet/write/csv.js';
import { auditPage } from '../pages/audit.js';
import type { AuditQuery } from '../records.js';
import { type Ask, askerOf, type Route } from '../route.js';
import { attachment } from '../runs.js';
import type { Served } from '../served.js';

const COLUMNS = ['at', 'user', 'role', 'address', 'action', 'object', 'change', 'result'] as const;
const LINES_AT_ONCE = 1000;

/** What was done here, by whom. */
export function auditRoutes({ records }: Served): Route[] {
  function* csv(query: AuditQuery): Generator<Uint8Array> {
    const encoder = new TextEncoder();
    yield encoder.encode(csvLine(COLUMNS));
    let last = 0;
    for (;;) {
      const lines = records.auditAfter(query, last, LINES_AT_ONCE);
      if (lines.length === 0) return;
      yield encoder.encode(lines.map((line) => csvLine(COLUMNS.map((name) => line[name]))).join(''));
      last = lines.at(-1)?.id ?? last;
    }
  }

  return [
    {
      ...{ method: 'GET', path: '/audit', role: 'admin' },
      answer: (ask) => {
        const query = queryOf(ask);
        return {
          page: { title: 'Audit', part: '/audit' },
          content: auditPage(records.auditPage(query), query, records.auditActions()),
        };
      },
    },
    {
      ...{ method: 'GET', path: '/audit.csv', role: 'admin' },
      answer: (ask) => {
        records.audit({ ...askerOf(ask), action: 'download', object: 'audit.csv', result: 'done' });
        return {
          text: Readable.toWeb(Readable.from(csv(queryOf(ask)))) as ReadableStream<Uint8Array>,
          type: 'text/csv; charset=utf-8',
          headers: {
            'Content-Disposition': attachment('audit.csv'),
            'Content-Security-Policy': 'sandbox',
          },
        };
      },
    },
  ];
}

function queryOf(ask: Ask): AuditQuery {
  const page = Math.max(1, Number.parseInt(ask.query('page'), 10) || 1);
  return { who: ask.query('who'), action: ask.query('action'), text: ask.query('text'), page };
}

import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sheetPage, sheetsPage, unreadablePage } from '../pages/sheets.js';
import { type Answer, type Ask, askerOf, notFound, Refused, type Route } from '../route.js';
import { attachment } from '../runs.js';
import { sentFile } from '../sent-file.js';
import type { Served } from '../served.js';
import type { Incoming } from '../sheets/upload.js';
import { viewOf } from '../sheets/view.js';

/** Sheets that ship with the program, to try things with. */
export const SAMPLES = [
  { name: 'mixed.xlsx', what: 'all products, without a mistake' },
  { name: 'mistakes.csv', what: 'the mistakes that sheets have, to see how they are put right' },
] as const;

const TYPES: Readonly<Record<string, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** A folder that ships with the program. */
function shipped(folder: 'samples' | 'templates'): string {
  return fileURLToPath(new URL(`../../../${folder}/`, import.meta.url));
}

/** The templates that ship with the program; each is what `alianza-import template` writes. */
export function templateNames(): string[] {
  const folder = shipped('templates');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /\.(xlsx|csv)$|^normalised\.json$/.test(name));
}

/** Sheets: bringing them in and looking at them. */
export function sheetRoutes(served: Served): Route[] {
  const { records, sheets } = served;

  async function take(ask: Ask, name: string, incoming: Incoming): Promise<Answer> {
    const told = { ...askerOf(ask), action: 'upload' } as const;
    try {
      const sheet = await sheets.take(name, told.user, incoming);
      records.audit({ ...told, object: sheet.id, result: 'done' });
      const see = `/sheets/${sheet.id}`;
      return ask.wantsPage
        ? { see }
        : { status: 201, headers: { Location: see }, json: { id: sheet.id, path: see } };
    } catch (error) {
      if (error instanceof Refused) records.audit({ ...told, object: error.code, result: 'refused' });
      throw error;
    }
  }

  function upload(ask: Ask): Promise<Answer> {
    const length = ask.header('content-length');
    const announced = length === null ? null : Number(length);
    return take(ask, ask.query('name'), { body: ask.body, announced, signal: ask.signal });
  }

  async function pasted(ask: Ask): Promise<Answer> {
    const { name = '', text = '' } = await ask.fields();
    const bytes = Buffer.from(text);
    const body = Readable.toWeb(Readable.from([bytes])) as ReadableStream<Uint8Array>;
    return take(ask, name, { body, announced: bytes.length, signal: ask.signal });
  }

  async function sample(ask: Ask): Promise<Answer> {
    const { name: asked = '' } = await ask.fields();
    const name = SAMPLES.find((each) => each.name === asked)?.name;
    const path = join(shipped('samples'), name ?? '');
    if (name === undefined || !existsSync(path)) throw notFound();
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    return take(ask, name, { body, announced: statSync(path).size, signal: ask.signal });
  }

  function template(ask: Ask): Answer {
    const name = templateNames().find((each) => each === ask.param('name'));
    if (name === undefined) throw notFound();
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    return sentFile(join(shipped('templates'), name), type, { 'Content-Disposition': attachment(name) });
  }

  async function one(ask: Ask): Promise<Answer> {
    const sheet = sheets.get(ask.param('id'));
    const frame = { title: sheet.name, part: '/sheets', scripts: ['sheet'] } as const;
    const view = viewOf(served, ask, sheet);
    const look = await sheets.looks.of(sheet);
    if ('error' in look) return { page: frame, content: unreadablePage({ ...view, look }, look, null) };
    const { check } = view;
    const causes = check?.isCurrent && check.invalid > 0 ? await sheets.causes.of(check) : [];
    return { page: frame, content: sheetPage({ ...view, look }, causes) };
  }

  return [
    { ...{ method: 'PUT', path: '/sheets', role: 'run' }, answer: upload },
    { ...{ method: 'POST', path: '/sheets', role: 'run' }, answer: pasted },
    { ...{ method: 'POST', path: '/sheets/sample', role: 'run' }, answer: sample },
    { ...{ method: 'GET', path: '/templates/:name', role: 'view' }, answer: template },
    {
      ...{ method: 'GET', path: '/sheets', role: 'view' },
      answer: (ask) => ({
        page: { title: 'Sheets', part: '/sheets' },
        content: sheetsPage(sheets.list().map((sheet) => viewOf(served, ask, sheet))),
      }),
    },
    { ...{ method: 'GET', path: '/sheets/:id', role: 'view' }, answer: one },
  ];
}

import { Presence } from '../grid/presence.js';
import { stateOfRun, stateOfSheet } from '../jobs/states.js';
import type { LiveStreams, Snapshot } from '../live.js';
import { type Ask, notFound, Refused, type Route } from '../route.js';
import type { Served } from '../served.js';

/** What topics say, once or as long as somebody looks. */
export function liveRoutes(served: Served, streams: LiveStreams): Route[] {
  const { jobs, runs, sessions, sheets } = served;
  const presence = new Presence();

  function snapshotOf(ask: Ask): Snapshot {
    const topic = ask.query('topic');
    if (topic === 'list')
      return async () => [
        (await runs.list()).map(({ id, run }) => [id, run.state]),
        jobs.open().map(({ id, state }) => [id, state]),
      ];
    const sheetId = /^sheet:(.+)$/.exec(topic)?.[1];
    if (sheetId !== undefined) {
      sheets.get(sheetId);
      return async () => {
        const sheet = sheets.get(sheetId);
        const checked = sheets.checkOf(sheet)?.revision ?? null;
        const others = presence.others(sheetId, ask.session?.user ?? '');
        return { ...stateOfSheet(served, sheetId, sheets.revisionOf(sheet)), checked, others };
      };
    }
    const id = /^run:(.+)$/.exec(topic)?.[1];
    if (id === undefined || (runs.directoryOf(id) === null && jobs.of({ run: id }).length === 0))
      throw notFound();
    return async () => (await stateOfRun(served, id)) ?? { gone: true };
  }

  return [
    {
      ...{ method: 'GET', path: '/state', role: 'view' },
      answer: async (ask) => ({ json: await snapshotOf(ask)() }),
    },
    {
      ...{ method: 'GET', path: '/events', role: 'view' },
      answer: (ask) => {
        const { session } = ask;
        const holds = () => session !== null && sessions.holds(session);
        const text = streams.open(session?.hash ?? '', snapshotOf(ask), ask.signal, holds);
        if (text === null)
          throw new Refused(429, 'TOO_MANY', 'Too many pages are open.', 'Close some of them.');
        const sheet = /^sheet:(.+)$/.exec(ask.query('topic'))?.[1];
        if (sheet !== undefined) presence.enter(sheet, ask.session?.user ?? '', ask.signal);
        return { text, type: 'text/event-stream', headers: { 'X-Accel-Buffering': 'no' } };
      },
    },
  ];
}

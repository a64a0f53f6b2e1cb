import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { endOf, jobOf, jobPlaceOf, started, uploaded } from './job-place.js';
import type { Serving } from './serving.js';

/** Status of a request that only asks whether something is there. */
function head({ origin }: Serving, path: string, cookie: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(origin + path, { method: 'HEAD', headers: { Cookie: cookie } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });
}

describe.concurrent('the server goes on', () => {
  it('where a job cannot be begun, and tells why', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished);
    const { asking, directory, serving } = place;
    const { id, revision } = await uploaded(place);
    await jobOf(place, `/sheets/${id}`, ({ endedAt }) => endedAt !== null);
    for (const only of ['a\n=b', 'a=b\0'])
      expect(
        await asking.post('/runs', { sheet: id, revision, settings: { environment: 'sandbox', only } }),
      ).toMatchObject({ status: 400 });
    renameSync(join(directory, 'jobs'), join(directory, 'elsewhere'));
    writeFileSync(join(directory, 'jobs'), '');
    chmodSync(join(directory, 'jobs'), 0o400);
    await asking.post(`/sheets/${id}/dry-run`, { revision, environment: 'sandbox' });
    const job = await jobOf(
      place,
      `/sheets/${id}`,
      ({ kind, endedAt }) => kind === 'dry-run' && endedAt !== null,
    );
    expect(job).toMatchObject({ exit: 3, error: { message: expect.stringContaining('ENOTDIR') } });
    expect((await fetch(`${serving.origin}/health`)).status).toBe(200);
  });

  it('where only the head of something is asked for, and keeps nothing open for it', async ({
    expect,
    onTestFinished,
  }) => {
    const { serving, asking } = await jobPlaceOf(onTestFinished);
    const { cookie } = asking;
    for (let time = 0; time < 8; time++) expect(await head(serving, '/events?topic=list', cookie)).toBe(200);
    const closed = new AbortController();
    const opened = await fetch(`${serving.origin}/events?topic=list`, {
      headers: { Cookie: cookie },
      signal: closed.signal,
    });
    expect(opened.status).toBe(200);
    closed.abort();
    expect((await asking.get('/state?topic=list')).status).toBe(200);
  });

  it('where a form comes in part, of which nothing is done', async ({ expect, onTestFinished }) => {
    const { serving, asking } = await jobPlaceOf(onTestFinished);
    const { cookie } = asking;
    const { hostname, port, host } = new URL(serving.origin);
    const socket = connect(Number(port), hostname);
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (piece) => {
        text += piece.toString();
        resolve(text);
      });
    });
    socket.write(
      `${[
        ...['POST /sheets HTTP/1.1', `Host: ${host}`, `Origin: ${serving.origin}`, `Cookie: ${cookie}`],
        ...['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 500', '', ''],
      ].join('\r\n')}name=cut.csv&text=product%0ABCC`,
    );
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
    socket.destroy();
    expect(JSON.stringify((await asking.get('/state?topic=list')).json)).not.toContain('cut');
    expect(await asking.page('/sheets')).toContain('There is no sheet.');
  }, 60_000);
});

describe.concurrent('a run that never began', () => {
  it('is not begun past what was started meanwhile', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 100 } });
    const { asking } = place;
    const sheet = await uploaded(place, 16);
    const first = await started(place, sheet, { concurrency: 1 });
    const queued = await started(place, sheet, { again: true });
    expect(await asking.post(`/runs/${queued}/stop`)).toMatchObject({ status: 202 });
    expect(await asking.post(`/runs/${queued}/resume`)).toMatchObject({
      status: 409,
      json: { error: { code: 'NOT_CONFIRMED', message: expect.stringContaining(first) } },
    });
    expect(await endOf(place, first, 60_000)).toMatchObject({ exit: 0 });
  }, 90_000);
});

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, it } from 'vitest';
import { SANDBOX_PASSWORD, SANDBOX_USERNAME } from '../../src/sandbox/server.js';
import { writesOf } from '../cli/place.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { endOf, jobOf, jobPlaceOf, started, uploaded, wrongIn } from './job-place.js';

const SAMPLES = join(import.meta.dirname, '../../samples');

describe.concurrent('a check', () => {
  it('is of a sheet as it was seen, and is asked for once', async ({ expect, onTestFinished }) => {
    const { asking, directory } = await jobPlaceOf(onTestFinished);
    const { json } = await asking.post('/sheets', { name: 'one.csv', text: 'product,firstName\nBCC,Ann\n' });
    const sheet = String(json['id']);
    const { json: state } = await asking.get(`/sheets/${sheet}/state`);
    const revision = String(state['revision']);
    expect(await asking.post(`/sheets/${sheet}/check`, { revision: '000000000000' })).toMatchObject({
      status: 409,
      json: { error: { code: 'CHANGED' }, revision },
    });
    const asked = await Promise.all([1, 2].map(() => asking.post(`/sheets/${sheet}/check`, { revision })));
    expect(new Set(asked.map(({ json }) => (json['job'] as { id: number }).id)).size).toBe(1);
    const { jobs } = await asking.until(
      `/sheets/${sheet}/state`,
      ({ jobs }) => (jobs as { state: string }[])[0]?.state === 'ended',
    );
    expect(jobs).toMatchObject([{ kind: 'check', revision, exit: 1, error: null, stoppedBy: null }]);
    expect(await readFile(join(directory, 'sheets', sheet, `check-${revision}`, 'journal.db'))).toBeDefined();
  });
});

describe.concurrent('a check whose process is killed again and again', () => {
  it('says that it came to nothing, and how to check again', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished);
    const { asking } = place;
    const text = `product,firstName\n${'BCC,Ann\n'.repeat(60_000)}`;
    const { origin } = place.serving;
    const taken = await fetch(`${origin}/sheets?name=large.csv`, {
      ...{ method: 'PUT', body: text, headers: { Cookie: asking.cookie, Origin: origin } },
    });
    const sheet = `/sheets/${((await taken.json()) as { id: string }).id}`;
    const { json: state } = await asking.get(`${sheet}/state`);
    const { revision } = state;
    await asking.post(`${sheet}/check`, { revision: String(revision) });
    const killed = new Set<number>();
    for (let times = 1; times <= 3; times++) {
      const { pid } = await jobOf(place, sheet, (job) => job.pid !== null && !killed.has(job.pid));
      if (times === 1) {
        await jobOf(place, sheet, ({ read }) => Number(read) > 0);
        expect(await asking.page(`${sheet}/problems`)).toMatch(/[1-9][\d,]* rows so far/);
      }
      process.kill(Number(pid), 'SIGKILL');
      killed.add(Number(pid));
    }
    const { error } = await jobOf(place, sheet, ({ state }) => state === 'interrupted');
    expect(error).toMatchObject({ code: 'DIED_AGAIN' });
    const page = await asking.page(`${sheet}/problems`);
    expect(page).toContain('The check came to nothing');
    expect(page).toContain('Its process died again and again before its end.');
    expect(page).toContain(
      `action="${sheet}/check"><input type="hidden" name="revision" value="${revision}"><button>Check again`,
    );
    const again = await asking.post(`${sheet}/check`, { revision: String(revision) });
    expect(again).toMatchObject({ status: 202, json: { job: { kind: 'check', exit: null } } });
  });
});

describe.concurrent('a run of the command line', () => {
  it('is resumed, verified and undone by whoever is asked to confirm', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 20 } });
    const { sandbox, asking, cli, directory } = place;
    const run = cli(
      'run',
      join(SAMPLES, 'mixed.xlsx'),
      '--out',
      'runs/mine',
      '--concurrency',
      '2',
      '--quiet',
    );
    while (sandbox.state.accounts.size < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    run.signal('SIGTERM');
    expect((await run.ended).code).toBe(4);
    const resumed = await asking.post('/runs/mine/resume');
    expect(resumed).toMatchObject({ status: 202, json: { job: { kind: 'resume' }, path: '/runs/mine' } });
    expect(await asking.post('/runs/mine/verify')).toMatchObject({
      status: 409,
      json: { error: { code: 'AT_WORK' } },
    });
    expect(await endOf(place, 'mine')).toMatchObject({ kind: 'resume', exit: 0, error: null });
    expect((await asking.get('/runs/mine/state')).json).toMatchObject({ rows: '30 rows: 30 created' });
    const each = (delayMs: number) =>
      fetch(`${sandbox.url}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify({ faults: delayMs === 0 ? [] : [{ operation: '*', kind: 'slow', delayMs }] }),
      });
    const getsOn = (kind: string) =>
      jobOf(place, '/runs/mine', (job) => job.kind === kind && Number(job.progress?.['done']) > 0);
    await each(1000);
    await asking.post('/runs/mine/verify');
    await getsOn('verify');
    // what a verification counts is its own: the rows of the run are as they were
    const verifying = (await asking.get('/runs/mine/state')).json;
    expect(verifying).toMatchObject({
      ...{ standing: 'done', rows: '30 rows: 30 created', total: 30, done: 30 },
      bar: { total: 30, text: expect.stringMatching(/^\d+ of 30 rows compared$/) },
      texts: { requests: expect.stringMatching(/^\d+ since it began$/) },
    });
    const page = await asking.page('/runs/mine');
    expect(page).toMatch(/<label for="progress" data-slot="done">\d+ of 30 rows compared</);
    expect(page).toMatch(/<progress id="progress" max="30" value="[1-9]\d*">/);
    expect(page).toContain('30 rows: 30 created');
    await each(0);
    expect(await endOf(place, 'mine')).toMatchObject({ kind: 'verify', exit: 0 });
    await asking.post('/runs/mine/undo-list');
    expect(await endOf(place, 'mine')).toMatchObject({ kind: 'undo-list', exit: 0 });
    await each(1000);
    expect(sandbox.state.accounts.size).toBeGreaterThan(0);
    expect(await asking.post('/runs/mine/undo', { confirm: 'another' })).toMatchObject({
      status: 409,
      json: { error: { code: 'NOT_CONFIRMED' } },
    });
    await asking.post('/runs/mine/undo', { confirm: 'sandbox-partition' });
    await getsOn('undo');
    expect(await asking.page('/runs/mine/undo')).toMatch(
      /<label for="progress" data-slot="done">\d+ of \d+ objects taken back or kept</,
    );
    const undoing = (await asking.get('/runs/mine/state')).json;
    expect(undoing).toMatchObject({ total: 30, bar: { text: expect.stringMatching(/ objects taken/) } });
    expect((undoing['bar'] as { total: number }).total).toBeGreaterThan(30);
    await each(0);
    expect(await endOf(place, 'mine')).toMatchObject({ kind: 'undo', exit: 0 });
    expect(sandbox.state.accounts.size).toBe(0);
    const undone = await asking.page('/runs/mine/undo');
    expect(undone).toContain('Nothing is left');
    expect(undone).toMatch(/<td data-label="Kind">account<\/td><td data-label="deleted">\d+</);
    expect(undone).toContain('href="/runs/mine/files/undo.csv"');
    expect(undone).not.toContain('Nobody has looked');
    const audited = new Database(join(directory, 'serve.db'), { readonly: true });
    const results = audited
      .prepare("SELECT object, result FROM audit WHERE action = 'job' ORDER BY id")
      .all();
    audited.close();
    expect(results).toContainEqual({ object: 'undo mine', result: 'asked' });
    expect(results).toContainEqual({ object: 'undo mine', result: 'refused' });
    for (const file of ['serve.db', 'serve.log', 'jobs/1.log'])
      expect(await readFile(join(directory, file), 'latin1').catch(() => '')).not.toContain(SANDBOX_PASSWORD);
  });
});

describe.concurrent('a sheet', () => {
  it('is tried and started once, whoever clicks how often, and again only when that is meant', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 5 } });
    const { sandbox, asking } = place;
    const sheet = await uploaded(place);
    const { id, revision } = sheet;
    await asking.post(`/sheets/${id}/dry-run`, { revision, environment: 'sandbox' });
    await jobOf(place, `/sheets/${id}`, ({ endedAt }) => endedAt !== null);
    expect(writesOf(sandbox)).toEqual([]);
    const tried = await asking.page(`/sheets/${id}/dry-run`);
    expect(tried).toContain('24 rows can be sent, 0 cannot.');
    expect(tried).toContain('partition sandbox-partition');
    const body = { sheet: id, revision, settings: { environment: 'sandbox', concurrency: 4 } };
    const click = () => asking.post('/runs', body, { 'Idempotency-Key': 'one' });
    const twice = await Promise.all([click(), click()]);
    expect(new Set(twice.map(({ json }) => json['path'])).size).toBe(1);
    const run = String(twice[0]?.json['path']).split('/').at(-1) ?? '';
    expect(await asking.post('/runs', body, { 'Idempotency-Key': 'two' })).toMatchObject({
      status: 409,
      json: { error: { code: 'STARTED_BEFORE' }, run },
    });
    expect(await asking.post('/runs', { ...body, revision: 'ffffffffffff' })).toMatchObject({
      status: 409,
      json: { error: { code: 'CHANGED' } },
    });
    for (const path of ['/runs', `/sheets/${id}/dry-run`])
      expect(await asking.post(path, { sheet: id, environment: 'sandbox' })).toMatchObject({
        status: 400,
        json: { error: { code: 'NO_REVISION' } },
      });
    expect(await endOf(place, run)).toMatchObject({ kind: 'run', exit: 0, error: null });
    expect(wrongIn(place, sheet, run)).toEqual([]);
    const second = await started(place, sheet, { again: true });
    expect(await endOf(place, second)).toMatchObject({ exit: 0 });
    expect((await asking.get(`/runs/${second}/state`)).json).toMatchObject({ rows: '24 rows: 24 existing' });
    expect(await asking.page(`/runs/${run}`)).toContain('>Verify</button>');
  });

  it('stops when a person says so, and is gone on with by a person', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 60 } });
    const { asking } = place;
    const sheet = await uploaded(place);
    const run = await started(place, sheet, { concurrency: 2 });
    await jobOf(place, `/runs/${run}`, ({ progress }) => Number(progress?.['done']) > 0);
    expect(await asking.post(`/runs/${run}/stop-hard`)).toMatchObject({
      status: 409,
      json: { error: { code: 'TOO_EARLY' } },
    });
    await asking.post(`/runs/${run}/stop`);
    expect(await endOf(place, run)).toMatchObject({ kind: 'run', exit: 4, state: 'ended' });
    await place.again();
    expect(await place.asking.page(`/runs/${run}`)).toContain('>Resume</button>');
    expect((await place.asking.post(`/runs/${run}/resume`)).status).toBe(202);
    expect(await endOf(place, run)).toMatchObject({ kind: 'resume', exit: 0 });
    expect(wrongIn(place, sheet, run)).toEqual([]);
  });

  it('waits for whoever works on the partition, and says who that is', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 60 } });
    const { sandbox, asking, cli } = place;
    const sheet = await uploaded(place);
    const other = cli(
      'run',
      join(SAMPLES, 'mixed.xlsx'),
      '--out',
      'runs/cli',
      '--concurrency',
      '1',
      '--quiet',
    );
    while (sandbox.state.accounts.size < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await asking.page('/runs/cli')).toContain('Running elsewhere');
    const run = await started(place, sheet);
    const { heldBy } = await jobOf(place, `/runs/${run}`, ({ state }) => state === 'held by another');
    expect(heldBy).toMatch(
      new RegExp(
        `on partition sandbox-partition of ${sandbox.url}: host .*, process ${other.child.pid}, since `,
      ),
    );
    expect(await asking.page(`/runs/${run}`)).toContain(`process ${other.child.pid}`);
    expect((await other.ended).code).toBe(0);
    expect(await endOf(place, run)).toMatchObject({ exit: 0 });
    expect((await asking.get(`/runs/${run}/state`)).json).toMatchObject({ rows: '24 rows: 24 created' });
  });

  it('waits for a log-in, which goes nowhere but to its process', async ({ expect, onTestFinished }) => {
    const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: 60 }, hasLogIn: false });
    const { asking, directory } = place;
    const run = await started(place, await uploaded(place), { environment: 'custom', concurrency: 2 });
    await jobOf(place, `/runs/${run}`, ({ state }) => state === 'needs log-in');
    expect(await asking.page(`/runs/${run}`)).toContain('API user of custom');
    expect(await asking.page('/')).toContain('>sheet.csv</a>: A run waits for a log-in to custom.');
    const logIn = { environment: 'custom', username: SANDBOX_USERNAME };
    await asking.post('/login-to-platform', { ...logIn, password: 'wrong-Word-1' });
    const refused = await jobOf(place, `/runs/${run}`, ({ error }) => error !== null);
    expect(refused).toMatchObject({ state: 'needs log-in', error: { code: 'LOGIN_REFUSED' } });
    const told = await asking.page(`/runs/${run}`);
    expect(told).toContain('Type the log-in again');
    expect(told).not.toContain('ALIANZA_');
    await asking.post('/login-to-platform', { ...logIn, password: SANDBOX_PASSWORD });
    const { pid } = await jobOf(place, `/runs/${run}`, ({ progress }) => progress !== null);
    for (const what of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${pid}/${what}`, 'latin1')).not.toMatch(/sandbox@|PASSWORD|=sandbox\0/);
    expect(await endOf(place, run)).toMatchObject({ exit: 0 });
    for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      const path = join(directory, file);
      if (!statSync(path).isFile()) continue;
      expect([file, readFileSync(path, 'latin1').includes('wrong-Word-1')]).toEqual([file, false]);
    }
  });
});

describe.concurrent('a dry run', () => {
  it('takes the log-in that is typed beside it, stays where it goes, and says which rows cannot be sent', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await jobPlaceOf(onTestFinished, { hasLogIn: false });
    const { asking } = place;
    const rows = mixedRows(6);
    const at = rows.findIndex(({ address }) => (address ?? '') !== '');
    const text = csvOf(rows.map((row, each) => (each === at ? { ...row, address: '12 Nowhere St' } : row)));
    const { json: sheet } = await asking.post('/sheets', { name: 'sheet.csv', text });
    const id = String(sheet['id']);
    const { revision } = (await asking.get(`/sheets/${id}/state`)).json;
    const path = `/sheets/${id}/dry-run`;
    const before = await asking.page(`${path}?environment=custom`);
    expect(before).toContain('API user of custom');
    expect(before).toContain(`href="/sheets/${id}/start?environment=custom"`);
    const logIn = { username: SANDBOX_USERNAME, password: SANDBOX_PASSWORD };
    const { json } = await asking.post(path, { revision, environment: 'custom', ...logIn });
    expect(json['path']).toBe(`${path}?environment=custom`);
    expect(await jobOf(place, `/sheets/${id}`, ({ endedAt }) => endedAt !== null)).toMatchObject({ exit: 1 });
    const after = await asking.page(String(json['path']));
    expect(after).toContain('5 rows can be sent, 1 cannot.');
    expect(after).toContain(`<a href="/sheets/${id}/rows/${at + 2}?sheet=1">row ${at + 2}</a>`);
    expect(await asking.page(`/sheets/${id}/start?environment=custom`)).toContain('1 cannot.');
    expect(after).not.toContain('API user of custom');
  });
});

describe.concurrent('the rows of a run that are not done', () => {
  it('become a sheet that is read as the run was', async ({ expect, onTestFinished }) => {
    const { asking, cli, directory } = await jobPlaceOf(onTestFinished);
    const own = csvOf(mixedRows(6))
      .replace('accountNumber', 'Kundennummer')
      .replace(/US\/Mountain/g, 'Berge');
    writeFileSync(join(directory, 'own.csv'), own.replace(/(\d{3}\d{7})/, 'none'));
    const profile = {
      headers: { Kundennummer: 'accountNumber' },
      values: { timeZone: { Berge: 'US/Mountain' } },
    };
    writeFileSync(join(directory, 'own.json'), JSON.stringify(profile));
    const words = ['--profile', 'own.json', '--on-invalid', 'skip', '--out', 'runs/own', '--quiet'];
    expect((await cli('run', 'own.csv', ...words).ended).code).toBe(1);
    const { status, json } = await asking.post('/runs/own/correct');
    expect(status).toBe(201);
    expect((await asking.get(`${json['path']}/profile`)).json['profile']).toMatchObject(profile);
    await asking.until(`${json['path']}/causes`, ({ check }) => Object(check)['isCurrent'] === true);
    const { json: found } = await asking.get(`${json['path']}/causes`);
    expect(found).toMatchObject({
      check: { valid: 0, invalid: 1 },
      causes: [{ code: 'PHONE_NUMBER_INVALID' }],
    });
  });
});

describe.concurrent('a sheet whose profile is damaged', () => {
  it('is not worked on: what is wrong is said, without the places of the server', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await jobPlaceOf(onTestFinished);
    const { asking, directory } = place;
    const { id } = await uploaded(place);
    writeFileSync(join(directory, 'sheets', id, 'profile.json'), '{"columns": ');
    const { json: state } = await asking.get(`/sheets/${id}/state`);
    const body = { sheet: id, revision: state['revision'], environment: 'sandbox' };
    for (const path of [`/sheets/${id}/check`, `/sheets/${id}/dry-run`, '/runs']) {
      const { json } = await asking.post(path, body);
      expect(json['error']).toMatchObject({
        code: 'PROFILE_INVALID',
        message: expect.stringContaining(`sheets/${id}/profile.json is not JSON`),
        hint: 'Check quotes, commas and braces near that place.',
      });
      expect(JSON.stringify(json)).not.toContain(directory);
    }
  });
});

describe.concurrent('production', () => {
  it('is reached only where it is named, with the partition typed, after a dry run of exactly this', async ({
    expect,
    onTestFinished,
  }) => {
    const closed = await jobPlaceOf(onTestFinished);
    const { id: other } = await uploaded(closed);
    expect(await closed.asking.post('/runs', { sheet: other, environment: 'production' })).toMatchObject({
      status: 403,
      json: { error: { code: 'ENVIRONMENT_CLOSED' } },
    });
    const place = await jobPlaceOf(onTestFinished, { environments: 'production' });
    const { sandbox, asking } = place;
    const { id, revision } = await uploaded(place);
    const body = { sheet: id, revision, environment: 'production' };
    const confirm = 'sandbox-partition';
    const start = async (more: object) => (await asking.post('/runs', { ...body, ...more })).json['error'];
    expect(await start({})).toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(await start({ confirm })).toMatchObject({ code: 'NO_DRY_RUN' });
    await asking.post(`/sheets/${id}/dry-run`, body);
    await jobOf(place, `/sheets/${id}`, ({ endedAt }) => endedAt !== null);
    expect(await asking.page(`/sheets/${id}/start`)).toContain('<strong>sandbox-partition</strong>');
    expect(await start({ confirm: 'another' })).toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(writesOf(sandbox)).toEqual([]);
    const pilot = { environment: 'production', confirm, limit: '5' };
    const run = await started(place, { id, revision, rows: [] }, pilot);
    expect(await endOf(place, run)).toMatchObject({ kind: 'run', exit: 0 });
    // the others are more than was confirmed
    const rest = (more: object) => asking.post(`/runs/${run}/resume`, { all: 'yes', ...more });
    expect((await rest({})).json['error']).toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(await asking.page(`/runs/${run}`)).toContain('sends the 19 other rows that were left out');
    expect((await rest({ confirm })).status).toBe(202);
    expect(await endOf(place, run)).toMatchObject({ kind: 'resume', exit: 0 });
    expect((await asking.get(`/runs/${run}/state`)).json).toMatchObject({ rows: '24 rows: 24 created' });
    expect(await asking.page(`/runs/${run}`)).toContain('(production)');
  });
});

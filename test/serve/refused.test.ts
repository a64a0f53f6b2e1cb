import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../fixtures/cli.js';
import { type Serving, startServing } from './serving.js';
import { Visitor } from './visitor.js';

const MISTAKES = readFileSync(join(import.meta.dirname, '../../samples/mistakes.csv'), 'utf8');

let serving: Serving;
let owner: Visitor;
let sheet: string;
let revision: string;

beforeAll(async () => {
  serving = await startServing();
  owner = new Visitor(serving, await serving.logIn());
  sheet = await owner.uploaded('mistakes.csv', MISTAKES);
  await owner.checked(sheet);
  revision = ((await (await owner.ask(`/sheets/${sheet}/state`)).json()) as { revision: string }).revision;
});
afterAll(() => serving.stop());

/** Sends a form as a browser does from a page of it. */
async function sendFrom(page: string, path: string, fields: Readonly<Record<string, string>>) {
  const answer = await owner.ask(path, 'POST', new URLSearchParams(fields).toString(), {
    ...{ 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' },
    Referer: serving.origin + page,
  });
  return { status: answer.status, text: await answer.text() };
}

describe('a form that is refused', () => {
  it('is shown again as it was filled in, with why above it', async () => {
    const { status, text } = await sendFrom(`/sheets/${sheet}/start?environment=sandbox`, '/runs', {
      ...{ sheet, revision, environment: 'sandbox', concurrency: '3', maxErrors: '7%', only: 'wave=2' },
    });
    expect(status).toBe(409);
    expect(text).toContain('<strong>The sheet has 16 invalid rows.</strong> Put them right, or say that');
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).toContain('max="256" value="3"');
    expect(text).toContain('name="maxErrors" value="7%"');
    expect(text).toContain('value="wave=2"');
    const unclear = await sendFrom(`/sheets/${sheet}/start`, '/runs', {
      ...{ sheet, revision, environment: 'sandbox', concurrency: 'many', skipInvalid: 'yes' },
    });
    expect(unclear.status).toBe(400);
    expect(unclear.text).toContain('<strong>concurrency must be a whole number from 1 to 999.</strong>');
    expect(unclear.text).toContain('name="skipInvalid" value="yes" checked');
  });

  it('shows what has changed in the meantime', async () => {
    const { status, text } = await sendFrom(`/sheets/${sheet}/headers`, `/sheets/${sheet}/headers`, {
      revision: '000000000000',
    });
    expect(status).toBe(409);
    expect(text).toContain('Somebody has changed this sheet since you saw it.');
    expect(text).toContain(`name="revision" value="${revision}"`);
  });

  it('keeps what was typed beside the values of a problem, and does not say that it was saved', async () => {
    const page = `/sheets/${sheet}/problems?done=saved&next=TIME_ZONE_UNKNOWN`;
    const fields = { 'of.0': JSON.stringify(['timeZone', 'Rocky', 'US/Alaska']), 'use.0': 'US/Mountain' };
    const zone = /name="of.0" value="(\[&quot;timeZone[^"]*)"/.exec(
      await (await owner.ask(page)).text(),
    )?.[1];
    const [column, text] = JSON.parse((zone ?? '').replaceAll('&quot;', '"')) as string[];
    const told = await sendFrom(page, `/sheets/${sheet}/values`, {
      ...{ ...fields, 'of.0': JSON.stringify([column, text, 'US/Alaska']) },
    });
    expect(told.status).toBe(409);
    expect(told.text).toContain('the profile says nothing of it now');
    expect(told.text).toContain('value="US/Mountain" aria-label="Use instead of');
    expect(told.text).not.toContain('Saved.');
  });

  it('deletes nothing that was not meant', async () => {
    const { status, text } = await sendFrom(`/sheets/${sheet}/keep`, `/sheets/${sheet}/delete`, {});
    expect(status).toBe(400);
    expect(text).toContain('<strong>Nothing was deleted.</strong> Tick the box to confirm.');
    expect(text).toContain('Delete this sheet now');
  });

  it('from anywhere else is told as it is, without a page of somebody else', async () => {
    for (const page of ['/nothing', '/sheets/nothing/start', `//evil.test/sheets/${sheet}/start`]) {
      const { status, text } = await sendFrom(page, `/sheets/${sheet}/delete`, {});
      expect(status).toBe(400);
      expect(text).toContain('<h1>Nothing was deleted.</h1>');
    }
  });
});

describe('whoever only looks', () => {
  it('is offered nothing that they may not do', async () => {
    const args = ['serve', 'key', 'add', 'viewer', '--role', 'view', '--dir', serving.directory];
    const key = execFileSync(process.execPath, [CLI, ...args], {
      ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    });
    const headers = { Authorization: `Bearer ${key.trim()}`, Accept: 'text/html' };
    for (const path of [
      ...['/', '/sheets', `/sheets/${sheet}`, `/sheets/${sheet}/headers`, `/sheets/${sheet}/problems`],
      ...[
        `/sheets/${sheet}/problems?cause=PHONE_NUMBER_TAKEN`,
        `/sheets/${sheet}/rows`,
        `/sheets/${sheet}/rows/2`,
      ],
      ...[`/sheets/${sheet}/dry-run`, `/sheets/${sheet}/start`, `/sheets/${sheet}/keep`],
    ]) {
      const answer = await fetch(serving.origin + path, { headers });
      const text = await answer.text();
      const forms = [...text.matchAll(/<form[^>]*method="post"[^>]*action="([^"]+)"/g)].map(([, to]) => to);
      expect([path, answer.status, forms]).toEqual([path, 200, ['/session/end']]);
      expect([path, /<input(?![^>]*type="(hidden|search)")[^>]*id="(use|cell|file)/.test(text)]).toEqual([
        path,
        false,
      ]);
    }
    const problems = await (await fetch(`${serving.origin}/sheets/${sheet}/problems`, { headers })).text();
    expect(['Phone number is used twice', 'Use instead'].map((text) => problems.includes(text))).toEqual([
      true,
      false,
    ]);
  });
});

describe('a cookie', () => {
  it('that another port of this host has set beside ours locks nobody out', async () => {
    const [name] = owner.cookie.split('=');
    const both = { Cookie: `${name}=planted; ${owner.cookie}`, Accept: 'text/html' };
    expect((await fetch(`${serving.origin}/runs`, { headers: both })).status).toBe(200);
  });
});

import type { BrowserContext } from 'playwright-core';
import { expect, vi } from 'vitest';
import { type Watched, watchedPage } from './browser.js';
import type { Serving } from './serving.js';

const POLLED = { timeout: 60_000, interval: 500 };

/** Somebody who is logged in to a server, by requests of their own or in a browser. */
export class Visitor {
  readonly serving: Serving;
  readonly cookie: string;

  constructor(serving: Serving, cookie: string) {
    this.serving = serving;
    this.cookie = cookie;
  }

  ask(
    path: string,
    method = 'GET',
    body?: string | Uint8Array<ArrayBuffer>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const { origin } = this.serving;
    return fetch(origin + path, {
      method,
      headers: { Cookie: this.cookie, Origin: origin, ...more },
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Sends a form as a browser without a script does. */
  sendForm(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
    return this.ask(path, 'POST', new URLSearchParams(fields).toString(), form);
  }

  /** Uploads a sheet. @returns its ID */
  async uploaded(name: string, body: string | Buffer): Promise<string> {
    const answer = await this.ask(
      `/sheets?name=${encodeURIComponent(name)}`,
      'PUT',
      new Uint8Array(Buffer.from(body)),
    );
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  }

  /** Waits until a sheet is checked as it is now. */
  async checked(id: string): Promise<void> {
    const isCurrent = async () => {
      const told = (await (await this.ask(`/sheets/${id}/causes`)).json()) as {
        check: { isCurrent: boolean } | null;
      };
      return told.check?.isCurrent;
    };
    await vi.waitFor(async () => expect(await isCurrent()).toBe(true), POLLED);
  }

  /** Waits until nothing works on a sheet any more: until then its pages are shown anew. */
  async settled(id: string): Promise<void> {
    const isSettled = async () => {
      const { jobs } = (await (await this.ask(`/sheets/${id}/state`)).json()) as {
        jobs: { endedAt: string | null }[];
      };
      return jobs.length > 0 && jobs.every(({ endedAt }) => endedAt !== null);
    };
    await vi.waitFor(async () => expect(await isSettled()).toBe(true), POLLED);
  }

  /** A page in a browser that has the session. */
  async opened(context: BrowserContext, path: string): Promise<Watched> {
    const [name = '', value = ''] = this.cookie.split('=');
    const { origin } = this.serving;
    await context.addCookies([{ name, value, url: origin }]);
    const watched = await watchedPage(context, origin);
    await watched.page.goto(origin + path);
    return watched;
  }
}

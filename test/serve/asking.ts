import type { Serving } from './serving.js';

/** More often is too often for a session. */
const ASK_MS = 250;

/** What a program hears. */
export interface Told {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** A program that is logged in. */
export interface Asking {
  /** of its session */
  readonly cookie: string;
  get(path: string): Promise<Told>;
  post(
    path: string,
    body?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Told>;
  /** A page, as a person without a script gets it. */
  page(path: string): Promise<string>;
  /** Asks for the state of something until it is as wanted. */
  until(
    path: string,
    is: (json: Record<string, unknown>) => boolean,
    ms?: number,
  ): Promise<Record<string, unknown>>;
}

/** Logs in as a program; what it hears is JSON. */
export async function askingOf(serving: Serving, token?: string): Promise<Asking> {
  const cookie = await serving.logIn(token);
  const told = async (answer: Response): Promise<Told> => {
    const text = await answer.text();
    return { status: answer.status, json: text.startsWith('{') ? JSON.parse(text) : {} };
  };
  const headers = { Cookie: cookie, Origin: serving.origin };
  const asking: Asking = {
    cookie,
    get: async (path) => told(await fetch(serving.origin + path, { headers })),
    post: async (path, body = {}, more = {}) =>
      told(
        await fetch(serving.origin + path, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json', ...more },
          body: JSON.stringify(body),
        }),
      ),
    page: async (path) =>
      (await fetch(serving.origin + path, { headers: { ...headers, Accept: 'text/html' } })).text(),
    async until(path, is, ms = 60_000) {
      for (const end = Date.now() + ms; ; ) {
        const { status, json } = await asking.get(path);
        if (status === 200 && is(json)) return json;
        if (Date.now() > end) throw new Error(`it stayed ${JSON.stringify(json)}`);
        await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      }
    },
  };
  return asking;
}

import { onTestFinished } from 'vitest';
import {
  SANDBOX_PARTITION,
  SANDBOX_PASSWORD,
  SANDBOX_USERNAME,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/server.js';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any shape
type Any = any;

export interface Reply {
  readonly status: number;
  readonly body: Any;
}

/** A logged-in client whose paths begin behind the partition. */
export interface Client {
  readonly token: string;
  send(method: string, path: string, body?: unknown, options?: RequestInit): Promise<Reply>;
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  put(path: string, body?: unknown): Promise<Reply>;
  patch(path: string, body: unknown): Promise<Reply>;
  delete(path: string): Promise<Reply>;
  /** An ADVANCED account with 4-digit extensions, or one with other fields. */
  account(fields?: object): Promise<string>;
  user(accountId: string, fields?: object): Promise<string>;
  number(accountId: string, phoneNumber: string, fields?: object): Promise<void>;
}

/** A sandbox for one test, with a client. */
export interface Fixture extends Client {
  readonly sandbox: Sandbox;
}

export const ACCOUNT = {
  billingCycleDay: '1',
  accountNumber: 'SP-123',
  accountName: 'Customer Name',
  timeZone: 'US/Mountain',
  extensionLength: 4,
  accountType: 'ADVANCED',
  dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT',
  platformType: 'CPE2',
};

export const HOME = { accountNumber: 'HP-1', accountType: 'SIMPLE', extensionLength: undefined };

export const USER = {
  username: 'john.smith@example.com',
  firstName: 'John',
  lastName: 'Smith',
  emailAddress: 'john.smith@example.com',
  userProductPlan: 'STANDARD',
  timeZone: 'US/Mountain',
  extension: '4000',
  endUserType: 'STANDARD',
  allowPortalAccess: true,
  blockEmail: false,
};

export const HOME_USER = { firstName: 'Ann', lastName: 'Lee', timeZone: 'US/Mountain' };

export const CSR = {
  firstName: 'John',
  lastName: 'Smith',
  streetNumber: '333',
  preDirectional: 'S',
  streetName: '520',
  postDirectional: 'W',
  city: 'Lindon',
  state: 'UT',
  country: 'USA',
  postalCode: '84042',
  secondaryLocationDescription: 'SUITE',
  unit: '500',
  customerType: 'RESIDENTIAL',
  customerName: 'Smith John',
};

export const activation = (...phoneNumbers: string[]) => ({
  customerServiceRecord: CSR,
  directoryListing: { listed: false, type: 'NOT_LIST_NOT_PUBLISH' },
  holdActivation: false,
  telephoneNumbers: phoneNumbers.map((phoneNumber) => ({ phoneNumber })),
});

/** Parses what was answered: JSON, text when it is none, undefined when it is empty. */
export async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  try {
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}

/** Starts a sandbox that is closed when the test is over. */
export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export async function login(sandbox: { readonly url: string }, password = SANDBOX_PASSWORD): Promise<Reply> {
  const response = await fetch(`${sandbox.url}/v2/authorize`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: SANDBOX_USERNAME, password }),
  });
  return readReply(response);
}

export async function fixture(options: SandboxOptions = {}): Promise<Fixture> {
  const sandbox = await start(options);
  return { sandbox, ...(await connect(sandbox)) };
}

/** Logs in to a sandbox, wherever it runs. */
export async function connect(sandbox: { readonly url: string }): Promise<Client> {
  const { authToken } = (await login(sandbox)).body;
  const send: Client['send'] = async (method, path, body, init) => {
    const url = path.startsWith('/v2/') ? path : `/v2/partition/${SANDBOX_PARTITION}/${path}`;
    const headers: Record<string, string> = { 'X-AUTH-TOKEN': authToken };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    return readReply(
      await fetch(sandbox.url + url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...init,
      }),
    );
  };
  const created = async (path: string, body: unknown) => {
    const reply = await send('POST', path, body);
    if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
    return reply.body.id as string;
  };
  return {
    token: authToken,
    send,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    put: (path, body) => send('PUT', path, body),
    patch: (path, body) => send('PATCH', path, body),
    delete: (path) => send('DELETE', path),
    account: (fields) => created('account', { ...ACCOUNT, ...fields }),
    user: (accountId, fields) => created(`account/${accountId}/user`, { ...USER, ...fields }),
    number: async (accountId, phoneNumber, fields) => {
      await created(`account/${accountId}/telephonenumber`, { ...activation(phoneNumber), ...fields });
    },
  };
}

/** An account with a user and the number 18015551212. */
export async function served(client: Client) {
  const id = await client.account();
  const userId = await client.user(id);
  await client.number(id, '18015551212');
  return { id, userId, base: `account/${id}` };
}

/** The error answer with exactly these messages. */
export const refused = (status: number, ...messages: string[]): Reply => ({
  status,
  body: { status, messages, data: {} },
});

/** The names of an object's fields with their JSON types, nested, an array by its first element. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

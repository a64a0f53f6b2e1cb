import { isThisMachine } from '../api/this-machine.js';
import { StopError } from '../errors.js';
import type { Given, Settings } from '../options.js';
import type { Platform } from './connect.js';
import type { Caller } from './settings.js';
import type { RunTarget } from './state.js';

/** The host of each environment. */
export const HOSTS = { production: 'https://api.alianza.com', beta: 'https://api.b2.alianza.com' } as const;

/**
 * Where a command sends to.
 * @throws StopError `OPTION_INVALID` when --base-url is no address, or has more than scheme, host and path
 */
export function targetOf(settings: Settings, given: Given): RunTarget {
  const { environment } = settings;
  const baseUrl = settings['base-url'];
  if (baseUrl === undefined)
    return { environment, baseUrl: environment === 'sandbox' ? null : HOSTS[environment] };
  return {
    environment: given.has('environment') ? environment : 'custom',
    baseUrl: plainAddress(baseUrl),
  };
}

/** The address in its one usual form. What may hold a password is neither kept nor repeated. */
function plainAddress(baseUrl: string): string {
  const refuse = (problem: string) =>
    new StopError(
      'OPTION_INVALID',
      `The address of the platform (--base-url or ALIANZA_BASE_URL) ${problem}.`,
      'Give scheme and host, such as https://api.alianza.com; the log-in goes into ALIANZA_USERNAME and ALIANZA_PASSWORD.',
    );
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:\/\/[^/]/i.test(baseUrl))
    throw refuse(/[@?#]/.test(baseUrl) ? 'is no address' : `is "${baseUrl}", which is no address`);
  if (url.username !== '' || url.password !== '') throw refuse('holds a log-in, which it must not');
  if (url.search !== '' || url.hash !== '') throw refuse('holds a query or a fragment, which it must not');
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Whether real customers are there: the production environment, or its host under another name. */
export function isProduction({ environment, baseUrl }: RunTarget): boolean {
  return (
    environment === 'production' ||
    (baseUrl !== null && new URL(baseUrl).host === new URL(HOSTS.production).host)
  );
}

/** Whether what is sent there can be read by others on the way. */
export function sendsInClear(baseUrl: string | null): boolean {
  if (baseUrl === null) return false;
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === 'http:' && !isThisMachine(hostname);
}

/**
 * A log-in in clear is for this machine alone.
 * @param insecure `--insecure-http` is given
 * @throws StopError `INSECURE_HTTP`
 */
export function refuseClearLogIn({ baseUrl }: RunTarget, insecure: boolean): void {
  if (insecure || !sendsInClear(baseUrl)) return;
  throw new StopError(
    'INSECURE_HTTP',
    `${baseUrl} is plain http: the password would go over the network in clear. Nothing was sent.`,
    'Use https://. Whoever must, such as for a test system in a network of their own, gives --insecure-http.',
  );
}

/** What a command logs in with. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * The log-in for a platform: the sandbox's own, else from the environment variables, or from the program or person that
 * is asked.
 *
 * @throws StopError `CREDENTIALS_MISSING`
 */
export async function credentialsFor(
  { environment, baseUrl }: RunTarget,
  { env = {}, logIn, ask }: Caller,
): Promise<Credentials> {
  let username = env['ALIANZA_USERNAME'] ?? '';
  let password = env['ALIANZA_PASSWORD'] ?? '';
  if (environment === 'sandbox' && username === '' && password === '') {
    // One that is elsewhere may have log-ins of its own.
    const given = baseUrl === null ? null : await logIn?.();
    if (given) return given;
    const { SANDBOX_PASSWORD, SANDBOX_USERNAME } = await import('../sandbox/server.js');
    return { username: SANDBOX_USERNAME, password: SANDBOX_PASSWORD };
  }
  const given = username === '' || password === '' ? await logIn?.() : null;
  if (given) return given;
  if (username === '') username = (await ask?.('Alianza username: ', false)) ?? '';
  if (username !== '' && password === '') password = (await ask?.('Alianza password: ', true)) ?? '';
  if (username !== '' && password !== '') return { username, password };
  throw new StopError(
    'CREDENTIALS_MISSING',
    `No log-in for ${environment}: ${username === '' ? 'ALIANZA_USERNAME' : 'ALIANZA_PASSWORD'} is not set.`,
    'Set the environment variables ALIANZA_USERNAME and ALIANZA_PASSWORD; they are never given as options.',
  );
}

/**
 * Opens the platform; the sandbox inside the process is started.
 * @param sandboxFile where the sandbox of a run keeps its state; null for one that is forgotten
 */
export async function openPlatform(
  { environment, baseUrl }: RunTarget,
  sandboxFile: string | null,
  credentials: Credentials,
): Promise<Platform> {
  if (baseUrl !== null)
    return { environment, baseUrl, inProcess: false, ...credentials, close: async () => {} };
  const { SANDBOX_PASSWORD, SANDBOX_USERNAME, startSandbox } = await import('../sandbox/server.js');
  const sandbox = await startSandbox({
    ...(sandboxFile === null ? {} : { stateFile: sandboxFile }),
    logBodies: false,
  });
  return {
    environment,
    baseUrl: sandbox.url,
    inProcess: true,
    username: SANDBOX_USERNAME,
    password: SANDBOX_PASSWORD,
    close: () => sandbox.close(),
  };
}

import { StopError } from '../errors.js';
import type { Given, Settings } from '../options.js';
import type { Platform } from './connect.js';
import type { RunTarget } from './directory.js';
import type { Caller } from './settings.js';

/** The host of each environment. */
export const HOSTS = { production: 'https://api.alianza.com', beta: 'https://api.b2.alianza.com' } as const;

/**
 * Where a command sends to.
 * @throws StopError `OPTION_INVALID` when --base-url is no address
 */
export function targetOf(settings: Settings, given: Given): RunTarget {
  const { environment } = settings;
  const baseUrl = settings['base-url'];
  if (baseUrl === undefined)
    return { environment, baseUrl: environment === 'sandbox' ? null : HOSTS[environment] };
  if (!/^https?:\/\/[^/]/.test(baseUrl) || !URL.canParse(baseUrl))
    throw new StopError(
      'OPTION_INVALID',
      `--base-url is "${baseUrl}", which is no address.`,
      'Give scheme and host, such as https://api.alianza.com.',
    );
  return {
    environment: given.has('environment') ? environment : 'custom',
    baseUrl: baseUrl.replace(/\/+$/, ''),
  };
}

/** What a command logs in with. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * The log-in for a platform: the sandbox's own, else from the environment variables or from the person who is asked.
 *
 * @throws StopError `CREDENTIALS_MISSING`
 */
export async function credentialsFor(
  { environment }: RunTarget,
  { env = {}, ask }: Caller,
): Promise<Credentials> {
  let username = env['ALIANZA_USERNAME'] ?? '';
  let password = env['ALIANZA_PASSWORD'] ?? '';
  if (environment === 'sandbox' && username === '' && password === '') {
    const { SANDBOX_PASSWORD, SANDBOX_USERNAME } = await import('../sandbox/server.js');
    return { username: SANDBOX_USERNAME, password: SANDBOX_PASSWORD };
  }
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
 * @param sandboxFile where the sandbox of a run keeps its state
 */
export async function openPlatform(
  { environment, baseUrl }: RunTarget,
  sandboxFile: string,
  credentials: Credentials,
): Promise<Platform> {
  if (baseUrl !== null)
    return { environment, baseUrl, inProcess: false, ...credentials, close: async () => {} };
  const { SANDBOX_PASSWORD, SANDBOX_USERNAME, startSandbox } = await import('../sandbox/server.js');
  const sandbox = await startSandbox({ stateFile: sandboxFile, logBodies: false });
  return {
    environment,
    baseUrl: sandbox.url,
    inProcess: true,
    username: SANDBOX_USERNAME,
    password: SANDBOX_PASSWORD,
    close: () => sandbox.close(),
  };
}

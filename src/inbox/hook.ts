import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../options.js';

/** The environment variable with which what is posted is signed. */
export const HOOK_SECRET = 'ALIANZA_IMPORT_HOOK_SECRET';

const POST_MS = 10_000;
/** Waits between the tries. */
const BETWEEN_TRIES_MS = [1000, 4000];
const COMMAND_MS = 60_000;

/**
 * Posts a text of JSON, three times at most.
 * @param secret signs it (`X-Signature: sha256=…`, an HMAC over the bytes of the body); '' when there is none
 * @param signal when aborted, what is under way is the last try
 * @returns null, or why nobody has taken it
 */
export async function post(
  url: URL,
  text: string,
  secret: string,
  signal: AbortSignal,
): Promise<string | null> {
  const body = Buffer.from(text);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (secret !== '')
    headers['x-signature'] = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  for (let attempt = 0; ; attempt++) {
    const failed = await postOnce(url, body, headers);
    const wait = BETWEEN_TRIES_MS[attempt];
    if (failed === null || wait === undefined || signal.aborted) return failed;
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}

async function postOnce(url: URL, body: Buffer, headers: Record<string, string>): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      ...{ method: 'POST', body: new Uint8Array(body), headers },
      // whoever is asked to send it elsewhere would tell it to somebody else
      redirect: 'manual',
      signal: AbortSignal.timeout(POST_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? null : `${url.host} answered ${answer.status}`;
  } catch (error) {
    const { name, message, cause } = error as Error;
    if (name === 'TimeoutError') return `${url.host} did not answer within ${POST_MS / 1000} s`;
    return `${url.host} was not reached: ${cause instanceof Error ? cause.message : message}`;
  }
}

/**
 * Starts a program without a shell, with a text of JSON on its standard input.
 * @returns null, or what went wrong
 */
export async function callCommand(file: string, text: string, env: Environment): Promise<string | null> {
  // it tells, and needs neither log-in nor secret
  const { ALIANZA_PASSWORD: _password, [HOOK_SECRET]: _secret, ...others } = env;
  return new Promise((resolve) => {
    const child = spawn(file, [], { env: others, stdio: ['pipe', 'ignore', 'ignore'] });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(`${file} did not end within ${COMMAND_MS / 1000} s`);
    }, COMMAND_MS);
    const end = (failed: string | null) => {
      clearTimeout(timer);
      resolve(failed);
    };
    child.once('error', (error) => end(`${file} cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => end(code === 0 ? null : `${file} ended with ${code ?? signal}`));
    // one that does not read it is none of our concern
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}

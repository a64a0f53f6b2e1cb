import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StopError } from '../errors.js';
import { type Answer, errorBody, isObject, type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import { addTarget } from './call-targets.js';
import { type Check, flag, list, may, problemsOf, refuseIfAny, text } from './checks.js';
import { parseFaults } from './fault-file.js';
import {
  DEFAULT_DELAY_MS,
  FAULT_KINDS,
  type FaultRule,
  Faults,
  faultyReply,
  plainReply,
  type Reply,
} from './faults.js';
import { listen, parseBody, readBody, requireJson, send, splitUrl } from './http.js';
import { Inventory } from './inventory.js';
import { FORBIDDEN_PARTITION, type Platform } from './platform.js';
import { LOGIN_OPERATION, matchRoute } from './routes.js';
import { Sessions } from './sessions.js';
import { type PlatformSettings, PlatformState } from './state.js';
import { StateFile } from './state-file.js';

export const SANDBOX_USERNAME = 'sandbox@example.com';
export const SANDBOX_PASSWORD = 'sandbox';
export const SANDBOX_PARTITION = 'sandbox-partition';
const SANDBOX_SUB_PARTITION = 'sandbox-sub-partition';

export interface SandboxOptions {
  /** 0, the default, for any free port */
  readonly port?: number;
  /** how long every request takes */
  readonly latencyMs?: number;
  /**
   * file of JSON lines with the state: replayed at the start when it exists; a request that changes something is in it
   * before it is answered, or else (disk full) answered with 500 and not done
   */
  readonly stateFile?: string;
  readonly faults?: readonly FaultRule[];
  /** probability, 0 to 1, that a request meets one of the safe faults */
  readonly faultRate?: number;
  /** the same seed and the same requests give the same IDs and faults */
  readonly seed?: number;
  readonly username?: string;
  readonly password?: string;
  readonly partitionId?: string;
  readonly subPartitionIds?: readonly string[];
  /** a token dies after that many authorised calls */
  readonly tokenCalls?: number;
  /** how long an activation takes, and an E911 address; 0, the default: they are over with the answer */
  readonly activationSeconds?: number;
  /** keep every request in the log, with its body: the default; false keeps the last 10,000 without their bodies */
  readonly logBodies?: boolean;
}

/** One request as it came in, in order of arrival. Bodies hold secrets: for tests only, never to be printed. */
interface LoggedRequest {
  /** from 1 */
  readonly n: number;
  /** ISO 8601 */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly query: { readonly [name: string]: string };
  /** the operationId; absent when the path is none of the API */
  operation?: string;
  /** the JSON of the request, or its text when it is none */
  body?: unknown;
  /** the kind of the fault that struck */
  fault?: string;
  /** absent until the answer is sent, and for good when none is */
  status?: number;
  durationMs?: number;
  /** requests being served when it arrived, itself included */
  readonly inFlight: number;
}

/** A running platform. */
export interface Sandbox {
  /** such as http://127.0.0.1:40123, without a slash at the end */
  readonly url: string;
  /** to be read; only requests change it */
  readonly state: PlatformState;
  readonly requests: readonly LoggedRequest[];
  /** how many requests came in, by operationId; never bounded as the log is */
  readonly counts: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/**
 * Starts the simulated platform on 127.0.0.1. Besides the API it serves, without a token, `GET /_sandbox/state`,
 * `GET /_sandbox/requests`, `GET /_sandbox/counts`, `POST /_sandbox/faults`, `POST /_sandbox/clock`,
 * `POST /_sandbox/settings`, `POST /_sandbox/targets` and `POST /_sandbox/reset`.
 *
 * @throws StopError when the port is taken or the state file cannot be read or written
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const seed = options.seed ?? 1;
  const state = new PlatformState(seed);
  const stateFile = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, state);
  const { activationSeconds } = options;
  const begin = () => {
    if (activationSeconds !== undefined) state.set({ activationSeconds });
  };
  begin();
  stateFile?.append();
  state.keepChanges();
  const inventory = new Inventory(state);
  const faults = new Faults(options.faults ?? [], options.faultRate ?? 0, seed);
  const requests: LoggedRequest[] = [];
  const counts = new Map<string, number>();
  const platform: Platform = {
    state,
    inventory,
    sessions: new Sessions(
      options.username ?? SANDBOX_USERNAME,
      options.password ?? SANDBOX_PASSWORD,
      options.tokenCalls ?? Number.POSITIVE_INFINITY,
      () => state.newId(),
    ),
    partitionId: options.partitionId ?? SANDBOX_PARTITION,
    subPartitionIds: options.subPartitionIds ?? [SANDBOX_SUB_PARTITION],
  };
  let inFlight = 0;
  let arrived = 0;
  let closed = false;

  const server = createServer((request, response) => {
    const { path, query } = splitUrl(request.url ?? '/');
    const isControl = path.startsWith('/_sandbox/');
    if (!isControl) {
      inFlight += 1;
      response.once('close', () => {
        inFlight -= 1;
      });
    }
    readBody(request, (text) => {
      if (isControl) send(response, plainReply(control(request.method ?? '', path, text)));
      else serve(request, response, path, query, text);
    });
  });
  // Longer than clients keep idle connections, so that it is they who close them.
  server.keepAliveTimeout = 65_000;

  function serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
    text: string,
  ) {
    const started = performance.now();
    arrived += 1;
    const entry: LoggedRequest = {
      n: arrived,
      time: new Date().toISOString(),
      method: request.method ?? '',
      path,
      query: query.size === 0 ? NO_QUERY : Object.fromEntries(query),
      inFlight,
    };
    requests.push(entry);
    const logBodies = options.logBodies !== false;
    if (!logBodies && requests.length > MAX_REQUESTS) requests.shift();
    const body = parseBody(text);
    if (logBodies && text !== '') entry.body = body ?? text;
    const reply = (sent: Reply) => {
      entry.status = sent.status;
      entry.durationMs = performance.now() - started;
      send(response, sent);
    };

    let matched: ReturnType<typeof matchRoute>;
    try {
      matched = matchRoute(entry.method, path);
    } catch (error) {
      reply(plainReply(refusalAnswer(error)));
      return;
    }
    const { operation } = matched.route;
    entry.operation = operation;
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const token = operation === LOGIN_OPERATION ? '' : String(request.headers['x-auth-token'] ?? '');
    const act = () =>
      allOrNothing(entry.method, () => {
        if (operation !== LOGIN_OPERATION) platform.sessions.use(token);
        requirePartition(matched.params['partitionId']);
        if (text !== '') requireJson(request, body);
        return matched.route.handle({
          platform,
          params: matched.params,
          query,
          token,
          body: isObject(body) ? body : undefined,
        });
      });

    const rule = faults.next(operation);
    if (rule !== undefined) entry.fault = rule.kind;
    after(options.latencyMs ?? 0, () => {
      if (rule === undefined) reply(plainReply(act()));
      else
        playFault(rule, {
          act,
          reply,
          drop: () => response.destroy(),
          endToken: () => platform.sessions.end(token),
        });
    });
  }

  /** Does what a request asks and saves it; what is refused, or cannot be saved, has changed nothing. */
  function allOrNothing(method: string, run: () => Answer): Answer {
    try {
      const answer = run();
      // A GET only drops reservations that have run out, which a restart does again.
      if (method !== 'GET') stateFile?.append();
      state.keepChanges();
      return answer;
    } catch (error) {
      state.undoChanges();
      return refusalAnswer(error);
    }
  }

  function playFault(
    rule: FaultRule,
    on: { act: () => Answer; reply: (reply: Reply) => void; drop: () => void; endToken: () => void },
  ) {
    const { kind, delayMs = DEFAULT_DELAY_MS } = rule;
    const answer = FAULT_KINDS[kind].commits === 'first' ? on.act() : undefined;
    if (kind === 'expired-token') on.endToken();
    if (kind === 'late-commit') after(delayMs, on.act);
    if (kind === 'reset' || kind === 'reset-after' || kind === 'late-commit') on.drop();
    const reply = faultyReply(rule, answer);
    if (reply !== undefined) after(kind === 'slow' ? delayMs : 0, () => on.reply(reply));
  }

  /** Runs it now or later, unless the sandbox is closed by then. */
  function after(ms: number, run: () => void) {
    const runIfOpen = () => {
      if (!closed) run();
    };
    if (ms === 0) runIfOpen();
    else setTimeout(runIfOpen, ms).unref();
  }

  function requirePartition(partitionId: string | undefined) {
    if (partitionId === undefined || partitionId === platform.partitionId) return;
    if (platform.subPartitionIds.includes(partitionId)) return;
    if (partitionId === FORBIDDEN_PARTITION)
      throw new Refusal(403, `Access to partition ${partitionId} denied`);
    throw new Refusal(404, `Partition ${partitionId} not found`);
  }

  function control(method: string, path: string, text: string): Answer {
    switch (`${method} ${path}`) {
      case 'GET /_sandbox/state':
        return { status: 200, body: state };
      case 'GET /_sandbox/requests':
        return { status: 200, body: requests };
      case 'GET /_sandbox/counts':
        return { status: 200, body: Object.fromEntries(counts) };
      case 'POST /_sandbox/faults':
        try {
          faults.replace(parseFaults(parseBody(text), 'The request'));
          return { status: 204 };
        } catch (error) {
          if (!(error instanceof StopError)) throw error;
          return { status: 400, body: errorBody(400, [error.message, error.hint]) };
        }
      case 'POST /_sandbox/clock':
        return allOrNothing(method, () => {
          const ms = durationOf(objectOf(text));
          if (ms > 0) state.set({ aheadMs: state.settings.aheadMs + ms });
          return ok({ now: new Date(state.now()).toISOString() });
        });
      case 'POST /_sandbox/settings':
        return allOrNothing(method, () => {
          state.set(settingsOf(objectOf(text)));
          const { id: _id, ...settings } = state.settings;
          return ok(settings);
        });
      case 'POST /_sandbox/targets':
        return allOrNothing(method, () => addTarget(platform, objectOf(text)));
      case 'POST /_sandbox/reset': {
        const answer = allOrNothing(method, () => {
          state.clear();
          begin();
          return NO_CONTENT;
        });
        if (answer.status !== NO_CONTENT.status) return answer;
        inventory.reset();
        requests.length = 0;
        counts.clear();
        arrived = 0;
        faults.restart();
        return answer;
      }
      default:
        return { status: 404, body: errorBody(404, [`No control at ${method} ${path}`]) };
    }
  }

  await listen(server, options.port ?? 0).catch((error) => {
    stateFile?.close();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    requests,
    counts,
    async close() {
      if (closed) return;
      closed = true;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      stateFile?.close();
    },
  };
}

const NO_QUERY = {};

/** How many requests the log holds that leaves the bodies out. */
const MAX_REQUESTS = 10_000;

function objectOf(text: string): Json {
  const body = text === '' ? {} : parseBody(text);
  if (!isObject(body)) throw new Refusal(400, 'Malformed request body: a JSON object is expected');
  return body;
}

const UNIT_MS = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000 };

/** `{ days, hours, minutes, seconds }` in milliseconds. A clock is never put back. */
function durationOf(body: Json): number {
  let ms = 0;
  const problems: string[] = [];
  for (const [unit, value] of Object.entries(body)) {
    const each = UNIT_MS[unit as keyof typeof UNIT_MS];
    if (each === undefined) problems.push(`${unit}: is not one of [${Object.keys(UNIT_MS).join(', ')}]`);
    else if (typeof value !== 'number' || !(value >= 0))
      problems.push(`${unit}: must be a number, 0 or more`);
    else ms += value * each;
  }
  refuseIfAny(problems);
  return ms;
}

const seconds: Check = (value, field) =>
  typeof value === 'number' && value >= 0 ? [] : [`${field}: must be a number, 0 or more`];

const SETTINGS = {
  activationSeconds: may(seconds),
  disconnectSeconds: may(seconds),
  releaseByApi: may(flag),
  accountGroups: may(flag),
  planReplaces: may(flag),
  ownCarrier: may(flag),
  requiresActiveNumbers: may(flag),
  stagesAgain: may(flag),
  allowedDeviceTypes: may(list(text())),
  requiresDeviceInventory: may(flag),
  dangerousExtensions: may(flag),
};

function settingsOf(body: Json): Partial<PlatformSettings> {
  const unknown = Object.keys(body).filter((name) => !(name in SETTINGS));
  refuseIfAny(unknown.map((name) => `${name}: is not one of [${Object.keys(SETTINGS).join(', ')}]`));
  refuseIfAny(problemsOf(body, SETTINGS));
  return body;
}

function refusalAnswer(error: unknown): Answer {
  if (error instanceof Refusal)
    return { status: error.status, body: errorBody(error.status, error.messages, error.data) };
  // A fault of the sandbox itself must not look like one of the client.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: errorBody(500, [`Sandbox failure: ${message}`]) };
}

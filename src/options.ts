import { StopError } from './errors.js';

/** An option of the command line, with its one description for help, README, environment and profiles. */
interface Option {
  readonly type: 'text' | 'number' | 'flag' | 'list';
  readonly choices?: readonly string[];
  /** the environment variable that sets it where the flag is absent */
  readonly variable?: string;
  /** the value where nothing sets it */
  readonly default?: string | number | boolean;
  /** what the default is, where it is no fixed value */
  readonly defaultText?: string;
  /** what the text must look like, also in words */
  readonly pattern?: { readonly matches: RegExp; readonly says: string };
  /** the least number allowed */
  readonly min?: number;
  /** the greatest number allowed */
  readonly max?: number;
  /** no fractions */
  readonly whole?: boolean;
  readonly help: string;
  /** what stands for the value in help texts */
  readonly value?: string;
}

/** The options of a run: where to, how, how fast. A run remembers them. */
const RUN_OPTIONS = {
  environment: {
    type: 'text',
    choices: ['sandbox', 'beta', 'production'],
    variable: 'ALIANZA_ENVIRONMENT',
    default: 'sandbox',
    help: 'where to; sandbox starts the simulated platform inside the process',
  },
  'base-url': {
    type: 'text',
    variable: 'ALIANZA_BASE_URL',
    defaultText: 'from the environment',
    value: 'URL',
    help: 'overrides the host; given alone, the environment is shown as custom',
  },
  partition: {
    type: 'text',
    variable: 'ALIANZA_PARTITION_ID',
    defaultText: 'the one the login returns',
    value: 'ID',
    help: "the partition; a row's partitionId column wins",
  },
  out: {
    type: 'text',
    defaultText: 'runs/<time>-<sheet>',
    value: 'DIR',
    help: 'the run directory; one that already holds a run is refused',
  },
  concurrency: {
    type: 'number',
    default: 16,
    min: 1,
    whole: true,
    value: 'N',
    help: 'requests in flight at most; lowered and raised again by itself on 429, 503 and rising latency',
  },
  rate: { type: 'number', min: 0.01, defaultText: 'none', value: 'N', help: 'requests a second at most' },
  timeout: {
    type: 'number',
    default: 30_000,
    min: 1,
    whole: true,
    value: 'MS',
    help: 'how long one request may take',
  },
  retries: {
    type: 'number',
    default: 5,
    min: 0,
    whole: true,
    value: 'N',
    help: 'tries of a call after transient failures; a 429 does not count',
  },
  'on-invalid': {
    type: 'text',
    choices: ['abort', 'skip'],
    default: 'abort',
    help: 'abort: nothing is sent if any row is invalid; skip: invalid rows are left out',
  },
  'max-errors': {
    type: 'text',
    default: '100',
    value: 'N|N%',
    pattern: { matches: /^(\d+|\d\d?%|100%)$/, says: 'a number such as 100, or a share such as 5%' },
    help: 'failed rows that stop the run',
  },
  existing: {
    type: 'text',
    choices: ['reuse', 'update', 'fail'],
    default: 'reuse',
    help: 'a resource with the same natural key that this run did not create: taken as it is, brought to what the sheet says field by field, or refused',
  },
  only: {
    type: 'list',
    value: 'column=value[,value]',
    defaultText: 'all rows',
    help: 'the rows to work on; repeatable, all must hold. The column is ours or one of the sheet; row=17 or row=17-40 names rows by number',
  },
  limit: {
    type: 'number',
    min: 1,
    whole: true,
    defaultText: 'all',
    value: 'N',
    help: 'the first N rows of what is left: a pilot. The whole sheet is validated all the same',
  },
  profile: {
    type: 'text',
    value: 'FILE',
    help: "JSON: header names, defaults and value translations for a customer's own sheets, and any option",
  },
  set: { type: 'list', value: 'column=value', help: 'default for a column; repeatable' },
  edits: {
    type: 'text',
    value: 'FILE',
    help: 'corrections of cells, applied while reading: JSON lines {sheet, row, header, was, text}, or {sheet, row, omit: true}. The sheet itself is never changed',
  },
  format: {
    type: 'text',
    choices: ['xlsx', 'csv'],
    defaultText: 'as the input',
    help: 'of the results',
  },
  'http-log': {
    type: 'flag',
    default: false,
    help: 'every request and response, secrets masked, in http.jsonl, each with its row',
  },
} as const satisfies Record<string, Option>;

/** What a command prints, whatever it does. */
const SCREEN_OPTIONS = {
  json: {
    type: 'flag',
    default: false,
    help: 'one JSON object on stdout, whatever the exit code; everything else on stderr',
  },
  quiet: { type: 'flag', default: false, help: 'no progress' },
  'no-color': {
    type: 'flag',
    variable: 'NO_COLOR',
    default: false,
    help: 'plain text, without colours; TERM=dumb, too, and then no line renews itself',
  },
} as const satisfies Record<string, Option>;

/** THE option table: the options that commands share, each with the same meaning everywhere. */
export const OPTIONS = { ...RUN_OPTIONS, ...SCREEN_OPTIONS } as const;

export type OptionName = keyof typeof OPTIONS;

/** Allows a log-in in clear to another machine. An option of each command of its own, so that no run keeps it. */
const INSECURE_HTTP = {
  'insecure-http': {
    type: 'flag',
    default: false,
    help: 'sends the log-in over plain HTTP to another machine, which is refused otherwise',
  },
} as const satisfies Record<string, Option>;

/** What the words about users and keys of served folders take. */
const PEOPLE = {
  dir: { type: 'text', value: 'DIR', default: '.', help: 'the folder that is served' },
  role: {
    type: 'text',
    choices: ['view', 'run', 'production', 'admin'],
    help: 'what it is allowed, each with all before it (with add and role)',
  },
} as const satisfies Record<string, Option>;

/** A time in the options of one command. */
const TIME_SPAN = {
  matches: /^\d+(\.\d+)?[smhd]?$/,
  says: 'a time such as 15s, 10m, 1h or 1d',
};

/** The options that one command alone has, by command. */
export const OWN_OPTIONS = {
  validate: {
    'write-profile': {
      type: 'text',
      value: 'FILE',
      help: 'writes a profile to begin with: how the headers were understood, and what is to be filled in',
    },
    'no-results': {
      type: 'flag',
      default: false,
      help: 'with --out: the journal alone, without results and report, which `results` writes later; much faster',
    },
  },
  run: {
    ...INSECURE_HTTP,
    'dry-run': {
      type: 'flag',
      default: false,
      help: 'stop before the first write, and add the read-only checks against the platform',
    },
    yes: { type: 'flag', default: false, help: 'does not ask before a run in production on a terminal' },
  },
  resume: {
    ...INSECURE_HTTP,
    all: { type: 'flag', default: false, help: 'also the rows that --only or --limit left out' },
    retry: { type: 'text', value: 'failed', choices: ['failed'], help: 'also tries rows that failed' },
  },
  cutover: {
    ...INSECURE_HTTP,
    yes: { type: 'flag', default: false, help: 'does not ask (for scripts)' },
    'dry-run': {
      type: 'flag',
      default: false,
      help: 'tells what would be done and what each number rings now, lists it in cutover-dry-run.csv, and does nothing',
    },
    'trigger-ports': {
      type: 'flag',
      default: false,
      help: 'also tells ports whose carrier has named a day to come now',
    },
  },
  undo: {
    ...INSECURE_HTTP,
    cutover: {
      type: 'flag',
      default: false,
      help: 'takes back only what cutover did, where that can be; what the run created stays',
    },
    yes: { type: 'flag', default: false, help: 'does not ask (for scripts)' },
    'dry-run': {
      type: 'flag',
      default: false,
      help: 'tells what would be deleted, lists it in undo-dry-run.csv, and deletes nothing',
    },
    ported: {
      type: 'flag',
      default: false,
      help: 'also numbers whose port is completed, which takes them out of service',
    },
  },
  welcome: {
    ...INSECURE_HTTP,
    yes: { type: 'flag', default: false, help: 'does not ask (for scripts)' },
    'dry-run': {
      type: 'flag',
      default: false,
      help: 'tells who would get a mail, lists them in welcome-dry-run.csv, and sends nothing',
    },
  },
  follow: INSECURE_HTTP,
  verify: INSECURE_HTTP,
  runs: {
    dir: { type: 'text', value: 'DIR', default: 'runs', help: 'the folder of the runs' },
    prune: {
      type: 'text',
      value: 'AGE',
      pattern: { matches: /^\d{1,5}[dw]$/, says: 'days or weeks, such as 90d or 12w' },
      help: 'deletes what is done, undone or checked only and older than that (90d, 12w); lists it and asks first',
    },
    'dry-run': { type: 'flag', default: false, help: 'with --prune: lists, and deletes nothing' },
    yes: { type: 'flag', default: false, help: 'with --prune: does not ask (for scripts)' },
  },
  inbox: {
    ...INSECURE_HTTP,
    once: { type: 'flag', default: false, help: 'does what is there and ends (for cron)' },
    watch: { type: 'flag', default: false, help: 'goes on until SIGTERM (for systemd)' },
    'dry-run': { type: 'flag', default: false, help: 'every file is checked only, as `run --dry-run` does' },
    every: {
      type: 'text',
      value: 'TIME',
      default: '5s',
      pattern: TIME_SPAN,
      help: 'time between two looks',
    },
    settle: {
      type: 'text',
      value: 'TIME',
      default: '15s',
      pattern: TIME_SPAN,
      help: 'how long nothing of a file may change before it is taken; 60s on network drives',
    },
    marker: {
      type: 'text',
      value: 'ENDING',
      pattern: { matches: /^\.[\w.-]+$/, says: 'an ending such as .ok' },
      help: 'takes x.xlsx only when x.xlsx.ok (with .ok) is there, and at once then; the marker goes along',
    },
    'give-up': {
      type: 'text',
      value: 'TIME',
      default: '1h',
      pattern: TIME_SPAN,
      help: 'after which a workbook that is not whole, or a file that is no sheet, goes to failed/',
    },
    order: {
      type: 'text',
      choices: ['arrival', 'name'],
      default: 'arrival',
      help: 'which file comes first; numbers in names count as numbers',
    },
    jobs: {
      type: 'number',
      value: 'N',
      default: 1,
      min: 1,
      whole: true,
      help: 'runs side by side, of folders with different places to send to',
    },
    'stop-on-failure': {
      type: 'flag',
      default: false,
      help: 'a file in failed/ holds up the later ones of its folder until it is retried or taken away',
    },
    duplicates: {
      type: 'text',
      choices: ['skip', 'run'],
      default: 'skip',
      help: 'what becomes of a file whose bytes were done before with the same settings',
    },
    expect: {
      type: 'number',
      value: 'N',
      min: 0,
      whole: true,
      help: 'exit 1 when fewer files have come',
    },
    'overlap-ok': {
      type: 'flag',
      default: false,
      help: 'exit 0 when another inbox is at work on the folder',
    },
    notify: {
      type: 'text',
      value: 'URL',
      help: 'posts the summary there after every file and every call; signed with ALIANZA_IMPORT_HOOK_SECRET',
    },
    'notify-command': {
      type: 'text',
      value: 'FILE',
      help: 'starts that program with the summary on standard input, after every file and every call',
    },
    retry: {
      type: 'list',
      value: 'NAME',
      help: 'moves NAME from failed/ back to working/: it is gone on with, rows that failed too; repeatable',
    },
  },
  sandbox: {
    port: {
      type: 'number',
      value: 'N',
      max: 65_535,
      whole: true,
      help: 'the port; any free one by default',
    },
    latency: { type: 'number', value: 'MS', help: 'how long each request takes' },
    state: { type: 'text', value: 'FILE', help: 'keeps the state in a file' },
    'fault-rate': {
      type: 'number',
      value: 'P',
      max: 1,
      help: 'probability, 0 to 1, that a request meets a fault',
    },
    faults: { type: 'text', value: 'FILE', help: 'JSON: which faults strike which operations' },
    'activation-seconds': {
      type: 'number',
      value: 'N',
      help: 'how long activating a number takes, and entering its E911 address; at once by default',
    },
    'token-calls': { type: 'number', value: 'N', help: 'a token dies after that many calls' },
    seed: { type: 'number', value: 'N', help: 'the same seed gives the same faults and IDs' },
  },
  serve: {
    host: {
      type: 'text',
      value: 'ADDR',
      default: '127.0.0.1',
      help: 'where it listens: this machine alone; another address needs users, and TLS or a proxy that has it',
    },
    port: {
      type: 'number',
      value: 'N',
      default: 8321,
      max: 65_535,
      whole: true,
      help: 'the port; the next free one where it is taken',
    },
    'max-upload': {
      type: 'number',
      value: 'MB',
      default: 200,
      min: 0.001,
      help: 'the largest sheet that is taken',
    },
    'max-storage': {
      type: 'number',
      value: 'GB',
      default: 20,
      min: 0.001,
      help: 'what all uploaded sheets may take with their checks',
    },
    environments: {
      type: 'text',
      value: 'LIST',
      default: 'sandbox',
      pattern: {
        matches: /^(sandbox|beta|production|custom)(,(sandbox|beta|production|custom))*$/,
        says: 'a list such as sandbox,beta,production',
      },
      help: 'where jobs of the pages may go: sandbox, beta, production; custom is the address in ALIANZA_BASE_URL',
    },
    jobs: {
      type: 'number',
      value: 'N',
      defaultText: 'the processors of the machine',
      min: 1,
      whole: true,
      help: 'jobs that go to a platform, side by side',
    },
    'no-resume': {
      type: 'flag',
      default: false,
      help: 'does not go on with the jobs that were at work when the server was killed or ended',
    },
    token: {
      type: 'flag',
      default: false,
      help: 'prints another one-time address of the server of that folder',
    },
    'keep-uploads': {
      type: 'number',
      value: 'DAYS',
      default: 30,
      min: 0,
      whole: true,
      help: 'how long a sheet is kept after its last run, or after it was uploaded or changed',
    },
    'keep-runs': {
      type: 'number',
      value: 'DAYS',
      min: 0,
      whole: true,
      defaultText: 'for ever',
      help: 'how long a run that needs nothing more is kept, as `runs --prune` has it',
    },
    'public-url': {
      type: 'text',
      value: 'URL',
      help: 'the one further address that it answers to, such as https://import.example.com',
    },
    'behind-proxy': {
      type: 'flag',
      default: false,
      help: 'a proxy on this machine says in X-Forwarded-For where requests come from',
    },
    'tls-cert': { type: 'text', value: 'FILE', help: 'the certificate (PEM), with those above it: HTTPS' },
    'tls-key': { type: 'text', value: 'FILE', help: 'its key (PEM)' },
  },
  'serve user': PEOPLE,
  'serve key': PEOPLE,
} as const satisfies Record<string, Record<string, Option>>;

/** What describes an option to people: help and README read it. */
export type OptionFacts = Option;

type ValueOf<O extends Option> = O extends { type: 'list' }
  ? readonly string[]
  : O extends { type: 'flag' }
    ? boolean
    : O extends { type: 'number' }
      ? O extends { default: number }
        ? number
        : number | undefined
      : O extends { choices: readonly (infer C)[] }
        ? O extends { default: string }
          ? C
          : C | undefined
        : O extends { default: string }
          ? string
          : string | undefined;

type ValuesOf<T extends Record<string, Option>> = { readonly [N in keyof T]: ValueOf<T[N]> };

/** The values of a run's options, defaults applied. */
export type Settings = ValuesOf<typeof RUN_OPTIONS>;

/** The values of the options that say what is printed. */
export type ScreenSettings = ValuesOf<typeof SCREEN_OPTIONS>;

/** Options as somebody gives them, by name; values of the command line are texts still. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the value of an option came from. */
export type Given = ReadonlySet<OptionName>;

/**
 * Puts together the options of a command: the flag, else the environment variable, else the profile, else the default.
 *
 * @param flags what the command line gave, by option name
 * @param environment the process's environment variables
 * @param profile options of a profile file
 * @returns the values, and which of them were given rather than defaulted
 * @throws StopError `OPTION_INVALID` for a value of the wrong type or out of its choices
 */
export function resolveSettings(
  flags: GivenOptions,
  environment: Environment,
  profile: GivenOptions = {},
): { settings: Settings & ScreenSettings; given: Given } {
  const settings: Record<string, unknown> = {};
  const given = new Set<OptionName>();
  for (const name of Object.keys(OPTIONS) as OptionName[]) {
    const option: Option = OPTIONS[name];
    const variable = option.variable === undefined ? undefined : environment[option.variable];
    const isFlag = option.type === 'flag';
    const sources: [unknown, string][] = [
      [flags[name], `--${name}`],
      [variable === '' ? undefined : isFlag && variable ? true : variable, option.variable ?? ''],
      [profile[name], `${name} of the profile`],
    ];
    const source = sources.find(([value]) => value !== undefined);
    if (source) given.add(name);
    settings[name] = source
      ? checked(option, source[0], source[1])
      : (option.default ?? (option.type === 'list' ? [] : undefined));
  }
  return { settings: settings as unknown as Settings & ScreenSettings, given };
}

/**
 * The values of the options that one command alone has.
 * @throws StopError `OPTION_INVALID` as {@link resolveSettings}
 */
export function ownSettings<C extends keyof typeof OWN_OPTIONS>(
  command: C,
  flags: GivenOptions,
): ValuesOf<(typeof OWN_OPTIONS)[C]> {
  const table: Readonly<Record<string, Option>> = OWN_OPTIONS[command];
  const values = Object.entries(table).map(([name, option]) => {
    const value = flags[name];
    return [name, value === undefined ? option.default : checked(option, value, `--${name}`)];
  });
  return Object.fromEntries(values) as ValuesOf<(typeof OWN_OPTIONS)[C]>;
}

function checked(option: Option, value: unknown, where: string): unknown {
  const refuse = (wanted: string): never => {
    throw new StopError(
      'OPTION_INVALID',
      `${where} is ${JSON.stringify(value)}, but must be ${wanted}.`,
      'Correct it; --help lists the options.',
    );
  };
  switch (option.type) {
    case 'flag':
      return typeof value === 'boolean' ? value : refuse('true or false');
    case 'list':
      return Array.isArray(value) ? value.map(String) : [String(value)];
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const { min = 0, max = Number.POSITIVE_INFINITY } = option;
      const fits = typeof number === 'number' && Number.isFinite(number) && number >= min && number <= max;
      const bounds = option.max === undefined ? `, ${min} or more` : ` from ${min} to ${max}`;
      if (!fits || (option.whole && !Number.isInteger(number)))
        return refuse(`a ${option.whole ? 'whole ' : ''}number${bounds}`);
      return number;
    }
    case 'text': {
      const text = String(value);
      if (text === '') return refuse('given');
      if (option.pattern && !option.pattern.matches.test(text)) return refuse(option.pattern.says);
      if (option.choices && !option.choices.includes(text))
        return refuse(`one of ${option.choices.join(', ')}`);
      return text;
    }
  }
}

/**
 * Reads `--max-errors`.
 * @param text as {@link resolveSettings} has checked it
 * @returns how many failed rows stop a run of that many rows
 */
export function maxFailed(text: string, rows: number): number {
  const number = Number.parseInt(text, 10);
  return Math.max(1, text.endsWith('%') ? Math.ceil((rows * number) / 100) : number);
}

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
  readonly least?: number;
  /** no fractions */
  readonly whole?: boolean;
  readonly help: string;
  /** what stands for the value in help texts */
  readonly value?: string;
}

/** THE option table. */
export const OPTIONS = {
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
    least: 1,
    whole: true,
    value: 'N',
    help: 'requests in flight at most; lowered and raised again by itself on 429, 503 and rising latency',
  },
  rate: { type: 'number', least: 0.01, defaultText: 'none', value: 'N', help: 'requests a second at most' },
  timeout: {
    type: 'number',
    default: 30_000,
    least: 1,
    whole: true,
    value: 'MS',
    help: 'how long one request may take',
  },
  retries: {
    type: 'number',
    default: 5,
    least: 0,
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
    choices: ['reuse', 'fail'],
    default: 'reuse',
    help: 'a resource with the same natural key that this run did not create',
  },
  profile: {
    type: 'text',
    value: 'FILE',
    help: "JSON: header names, defaults and value translations for a customer's own sheets, and any option",
  },
  set: { type: 'list', value: 'column=value', help: 'default for a column; repeatable' },
  format: {
    type: 'text',
    choices: ['xlsx', 'csv'],
    defaultText: 'as the input',
    help: 'of the results',
  },
  'http-log': {
    type: 'flag',
    default: false,
    help: 'every request and response, secrets masked, in http.jsonl',
  },
  json: { type: 'flag', default: false, help: 'one JSON object on stdout; everything else on stderr' },
  quiet: { type: 'flag', default: false, help: 'no progress' },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

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

/** The values of all options, defaults applied. */
export type Settings = { readonly [N in OptionName]: ValueOf<(typeof OPTIONS)[N]> };

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
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  profile: Readonly<Record<string, unknown>> = {},
): { settings: Settings; given: Given } {
  const settings: Record<string, unknown> = {};
  const given = new Set<OptionName>();
  for (const name of Object.keys(OPTIONS) as OptionName[]) {
    const option: Option = OPTIONS[name];
    const variable = option.variable === undefined ? undefined : environment[option.variable];
    const sources: [unknown, string][] = [
      [flags[name], `--${name}`],
      [variable === '' ? undefined : variable, option.variable ?? ''],
      [profile[name], `${name} of the profile`],
    ];
    const source = sources.find(([value]) => value !== undefined);
    if (source) given.add(name);
    settings[name] = source
      ? checked(option, source[0], source[1])
      : (option.default ?? (option.type === 'list' ? [] : undefined));
  }
  return { settings: settings as unknown as Settings, given };
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
      const least = option.least ?? 0;
      const fits = typeof number === 'number' && Number.isFinite(number) && number >= least;
      if (!fits || (option.whole && !Number.isInteger(number)))
        return refuse(`a ${option.whole ? 'whole ' : ''}number, ${least} or more`);
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
export function mostErrors(text: string, rows: number): number {
  const number = Number.parseInt(text, 10);
  return Math.max(1, text.endsWith('%') ? Math.ceil((rows * number) / 100) : number);
}

#!/usr/bin/env node
import type { Argv } from 'yargs';
import type { Arguments, Command } from './commands/command.js';
import { EXIT, type Exit, errorFacts, errorMember, StopError } from './errors.js';
import { OPTIONS, type OptionFacts } from './options.js';
import type { Io } from './screen/io.js';
import { JsonPrinter } from './screen/json-printer.js';
import { openOutput } from './screen/output.js';
import { harmless, oneLine } from './screen/plain-text.js';

const STANDARD_INPUT = '(standard input)';

/** Thrown where a command is found: left to itself the parser would go on and lay out its help, which takes 30 ms. */
class Chosen {
  readonly command: Command;
  readonly args: Arguments;

  constructor(command: Command, args: Arguments) {
    this.command = command;
    this.args = args;
  }
}

process.exit(await main(process.argv.slice(2)));

/** @returns the exit code, once everything printed has been taken */
async function main(argv: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  const stdout = openOutput(process.stdout);
  const stderr = openOutput(process.stderr);
  let lastWords = '';
  const io: Io = {
    env: process.env,
    isTerminal: process.stderr.isTTY,
    signal: stopping.signal,
    json: new JsonPrinter(stdout.write),
    // A file or a program gets every byte as it is.
    out: (text) => stdout.write(process.stdout.isTTY ? harmless(text, true) : text),
    err: (text) => void stderr.write(harmless(text, process.stderr.isTTY)),
    sayOnInterrupt: (text) => {
      lastWords = `${oneLine(text)}\n`;
    },
  };
  const { words, wantsJson } = readWords(argv);
  if (wantsJson) io.json.want();
  const onSignal = () => {
    if (!stopping.signal.aborted) {
      if (lastWords !== '')
        io.err('\nStopping: what is in flight is finished. Press Ctrl-C again to end at once.\n');
      return stopping.abort();
    }
    io.err(`\n${lastWords}`);
    void endJson(new StopError('INTERRUPTED', 'Interrupted.', lastWords.trim()), 'interrupted', io);
    process.exit(EXIT.interrupted.code);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // Whatever is thrown where nobody waits for it: the journal has what was done.
  process.on('uncaughtException', (error) => {
    explain(error, io);
    io.err(lastWords);
    const exit = lastWords === '' ? 'nothingDone' : 'stoppedByError';
    void endJson(error, exit, io);
    process.exit(EXIT[exit].code);
  });
  let exit: Exit = 'nothingDone';
  try {
    const chosen = await parse(words, io);
    if (!chosen) return EXIT.done.code;
    const { run } = await chosen.command.load();
    exit = await run(chosen.args, io);
  } catch (error) {
    exit = error instanceof StopError ? error.exit : 'nothingDone';
    explain(error, io);
    await endJson(error, exit, io);
  } finally {
    await Promise.all([stdout.taken(), stderr.taken()]);
  }
  return EXIT[exit].code;
}

/**
 * The words of the command line as the parser takes them: a lone dash, which it would drop, stands for standard input;
 * what comes after `--` is no option, even when it begins with a dash.
 */
function readWords(argv: readonly string[]): { words: string[]; wantsJson: boolean } {
  const end = argv.indexOf('--');
  const before = end < 0 ? argv : argv.slice(0, end);
  const after = end < 0 ? [] : argv.slice(end + 1);
  const files = after.map((word) => (/^-./.test(word) ? `./${word}` : word));
  const words = [...before, ...files].map((word) => (word === '-' ? STANDARD_INPUT : word));
  return { words, wantsJson: before.includes('--json') };
}

/** Ends the object of `--json` where a command could not. */
async function endJson(error: unknown, exit: Exit, { json }: Io): Promise<void> {
  if (!json.wanted) return;
  await json.end({ error: errorMember(errorFacts(error)), exitCode: EXIT[exit].code });
}

/** Prints an error: what happened and what to do; a trace only where the fault is ours. */
function explain(error: unknown, io: Io): void {
  const { message, hint, trace } = errorFacts(error);
  io.err(`${oneLine(message)}\n${oneLine(hint)}\n${trace === undefined ? '' : `${trace}\n`}`);
}

/** A mistake in the command line, in our words where those of the parser help nobody. */
function usage(
  message: string,
  argv: readonly string[],
  commands: readonly Command[],
  nearest: (word: string, words: readonly string[]) => string | null,
): StopError {
  const command = commands.find(({ name }) => name === argv[0]);
  const call = `alianza-import ${command ? `${command.name} ${command.words}`.trim() : '<command>'}`;
  const hint = `The call is: ${call}. alianza-import${command ? ` ${command.name}` : ''} --help tells more.`;
  if (message.startsWith('Not enough non-option arguments'))
    return new StopError('USAGE', `${command?.name} needs ${command?.words}.`, hint);
  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined)
    return new StopError('USAGE', message.endsWith('.') ? message : `${message}.`, hint);
  const isOption = argv.some((word) => word.startsWith(`--${unknown}`) || word === `-${unknown}`);
  const names = isOption
    ? [...(command?.options ?? []), ...Object.keys(command?.own ?? {})]
    : commands.map(({ name }) => name);
  const near = nearest(unknown, names);
  const what = isOption ? `option --${unknown}` : `command "${unknown}"`;
  const meant = near === null ? '' : ` Did you mean ${isOption ? '--' : ''}${near}?`;
  return new StopError('USAGE', `There is no ${what}.${meant}`, hint);
}

/** @returns null when help or the version was printed */
async function parse(argv: readonly string[], io: Io): Promise<Chosen | null> {
  // Loaded here, so that a signal is heard from the first moment on.
  const { default: yargs } = await import('yargs');
  const { COMMANDS } = await import('./commands/table.js');
  const { nearest } = await import('./records/cells/nearest.js');
  const { programVersion } = await import('./version.js');
  const parser = yargs()
    .scriptName('alianza-import')
    .version(programVersion())
    .usage('$0 <command>\n\nA spreadsheet of customers becomes live service on the Alianza platform.')
    .parserConfiguration({
      'camel-case-expansion': false,
      'boolean-negation': true,
      'parse-positional-numbers': false,
    })
    .strict()
    .exitProcess(false)
    .demandCommand(1, 'Name a command.')
    .wrap(Math.min(110, process.stdout.columns || 110))
    .epilogue(exitCodesText())
    .fail((message, error) => {
      throw error instanceof StopError || error instanceof Chosen
        ? error
        : usage(message ?? error.message, argv, COMMANDS, nearest);
    });
  for (const command of COMMANDS)
    parser.command(
      `${command.name} ${command.words}`.trim(),
      command.summary,
      (builder) => describe(builder, command),
      (parsed) => {
        throw new Chosen(command, { words: wordsOf(parsed, command), flags: flagsOf(parsed, command) });
      },
    );
  try {
    await parser.parseAsync(argv, {}, (_error: unknown, _parsed: unknown, output: string) => {
      if (output) void io.out(`${output}\n`);
    });
  } catch (thrown) {
    if (thrown instanceof Chosen) return thrown;
    throw thrown;
  }
  return null;
}

function describe(builder: Argv, command: Command): Argv {
  let described = builder;
  for (const name of command.options) described = described.option(name, yargsOption(OPTIONS[name]));
  for (const [name, own] of Object.entries(command.own ?? {}))
    described = described.option(name, yargsOption(own));
  return described;
}

function yargsOption(option: OptionFacts) {
  const { type, help, choices, variable, default: value, defaultText } = option;
  return {
    // Values stay text: the option table checks them, with better words.
    type: type === 'flag' ? ('boolean' as const) : ('string' as const),
    requiresArg: type !== 'flag',
    describe: `${help}${choices ? ` [${choices.join(', ')}]` : ''}${variable ? ` (or ${variable})` : ''}`,
    ...(type === 'flag'
      ? {}
      : { defaultDescription: defaultText ?? (value === undefined ? undefined : String(value)) }),
  };
}

function wordsOf(parsed: Readonly<Record<string, unknown>>, command: Command): string[] {
  const name = /[\w-]+/.exec(command.words)?.[0];
  const value = name === undefined ? undefined : parsed[name];
  const words = value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  return words.map((word) => (word === STANDARD_INPUT ? '-' : word));
}

function flagsOf(parsed: Readonly<Record<string, unknown>>, command: Command): Record<string, unknown> {
  const names = [...command.options, ...Object.keys(command.own ?? {})];
  const flags: Record<string, unknown> = {};
  for (const name of names) {
    const value = parsed[name];
    if (value === undefined) continue;
    if (Array.isArray(value) && (OPTIONS as Record<string, OptionFacts>)[name]?.type !== 'list')
      throw new StopError('USAGE', `--${name} is given twice.`, 'Give it once.');
    flags[name] = value;
  }
  return flags;
}

function exitCodesText(): string {
  const lines = Object.values(EXIT).map(({ code, means }) => `  ${code}  ${means}`);
  return `Exit codes:\n${lines.join('\n')}`;
}

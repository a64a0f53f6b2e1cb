#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import type { Arguments, Command, Io } from './commands/command.js';
import { resultsCommand } from './commands/results.js';
import { resumeCommand } from './commands/resume.js';
import { runCommand } from './commands/run.js';
import { sandboxCommand } from './commands/sandbox.js';
import { templateCommand } from './commands/template.js';
import { undoCommand } from './commands/undo.js';
import { validateCommand } from './commands/validate.js';
import { verifyCommand } from './commands/verify.js';
import { EXIT, type Exit, StopError } from './errors.js';
import { OPTIONS } from './options.js';
import { nearest } from './records/cells/nearest.js';
import { harmless, oneLine } from './screen/plain-text.js';
import { programVersion } from './version.js';

const COMMANDS: readonly Command[] = [
  validateCommand,
  runCommand,
  resumeCommand,
  undoCommand,
  verifyCommand,
  resultsCommand,
  templateCommand,
  sandboxCommand,
];

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

const exitCode = await main(process.argv.slice(2));
// Standard output may be a pipe that is still being read.
process.stdout.write('', () => process.exit(exitCode));

async function main(argv: readonly string[]): Promise<number> {
  let interrupted = 0;
  let lastWords = '';
  const endNow = () => {
    process.stderr.write(lastWords);
    process.exit(EXIT.interrupted.code);
  };
  let stop: () => void = endNow;
  const onSignal = () => (++interrupted > 1 ? endNow() : stop());
  // Whoever reads our output may stop reading: `validate sheet.csv --json | head`.
  process.stdout.on('error', () => {});
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const io: Io = {
    env: process.env,
    isTerminal: process.stderr.isTTY,
    // A file or a program gets every byte as it is.
    out: (text) => void process.stdout.write(process.stdout.isTTY ? harmless(text, true) : text),
    err: (text) => void process.stderr.write(harmless(text, process.stderr.isTTY)),
    sayOnInterrupt: (text) => {
      lastWords = `\n${oneLine(text)}\n`;
    },
    onInterrupt: (handler) => {
      stop = handler;
    },
  };
  let exit: Exit = 'nothingDone';
  try {
    const chosen = await parse(argv, io);
    if (!chosen) return EXIT.done.code;
    exit = await chosen.command.run(chosen.args, io);
  } catch (error) {
    exit = explain(error, io);
  }
  return EXIT[exit].code;
}

/** Prints an error: what happened and what to do; a stack trace only where the fault is ours. */
function explain(error: unknown, io: Io): Exit {
  if (error instanceof StopError) {
    io.err(`${oneLine(error.message)}\n${oneLine(error.hint)}\n`);
    return error.exit;
  }
  io.err(
    `This is a fault of alianza-import itself: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 'nothingDone';
}

/** A mistake in the command line, in our words where those of the parser help nobody. */
function usage(message: string, argv: readonly string[]): StopError {
  const command = COMMANDS.find(({ name }) => name === argv[0]);
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
    : COMMANDS.map(({ name }) => name);
  const near = nearest(unknown, names);
  const what = isOption ? `option --${unknown}` : `command "${unknown}"`;
  const meant = near === null ? '' : ` Did you mean ${isOption ? '--' : ''}${near}?`;
  return new StopError('USAGE', `There is no ${what}.${meant}`, hint);
}

/** @returns null when help or the version was printed */
async function parse(argv: readonly string[], io: Io): Promise<Chosen | null> {
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
        : usage(message ?? error.message, argv);
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
  // The parser drops a lone dash, which stands for standard input.
  const words = argv.map((word) => (word === '-' ? STANDARD_INPUT : word));
  try {
    await parser.parseAsync(words, {}, (_error: unknown, _parsed: unknown, output: string) => {
      if (output) io.out(`${output}\n`);
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

interface Describable {
  readonly type: 'text' | 'number' | 'flag' | 'list';
  readonly help: string;
  readonly choices?: readonly string[];
  readonly variable?: string;
  readonly default?: unknown;
  readonly defaultText?: string;
}

function yargsOption(option: Describable) {
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
    if (Array.isArray(value) && (OPTIONS as Record<string, Describable>)[name]?.type !== 'list')
      throw new StopError('USAGE', `--${name} is given twice.`, 'Give it once.');
    const choices = command.own?.[name]?.choices;
    if (choices && !choices.includes(String(value)))
      throw new StopError(
        'USAGE',
        `--${name} is "${String(value)}", but must be ${choices.join(' or ')}.`,
        'Correct it.',
      );
    flags[name] = value;
  }
  return flags;
}

function exitCodesText(): string {
  const lines = Object.values(EXIT).map(({ code, means }) => `  ${code}  ${means}`);
  return `Exit codes:\n${lines.join('\n')}`;
}

#!/usr/bin/env node
import type { Argv } from 'yargs';
import type { Arguments, Command } from './commands/command.js';
import { EXIT, type Exit, errorFacts, errorMember, StopError } from './errors.js';
import type { OptionFacts } from './options.js';
import type { ProgramChannel } from './screen/channel.js';
import type { Io } from './screen/io.js';
import { JsonPrinter } from './screen/json-printer.js';
import { openOutput } from './screen/output.js';
import { errorText, harmless, oneLine } from './screen/plain-text.js';
import { timedLines, timeText } from './screen/timed-lines.js';
import { shellWord } from './shell-word.js';

const STANDARD_INPUT = '(standard input)';

/** Empties the line that a terminal is at. */
const CLEARED = '\r\u001b[K';

const HELP = ['-h', '--help'];
const VERSION = ['-V', '--version'];

/** What the parser would understand in its own way. */
const AS_PARSED: ReadonlyMap<string, string> = new Map([
  ['-', STANDARD_INPUT],
  // else the options "color", "results" and "resume", said no to
  ['--no-color', '--no-color=true'],
  ['--no-results', '--no-results=true'],
  ['--no-resume', '--no-resume=true'],
]);

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
  /** a line of progress stands on the terminal: what is printed next takes its place */
  let isRenewing = false;
  const takeItsPlace = () => {
    if (isRenewing) void stderr.write(CLEARED);
    isRenewing = false;
  };
  const isDumb = process.env['TERM'] === 'dumb';
  const timed = timedLines();
  let lastWords = '';
  /** what was called, to stand above what is said of it in a file or a mail */
  let called = '';
  const stop = () => {
    if (stopping.signal.aborted) return;
    if (lastWords !== '' && !io.isAsking)
      io.err('\nStopping: what is in flight is finished. Press Ctrl-C again to end at once.\n');
    stopping.abort();
  };
  let channel: ProgramChannel | null = null;
  const io: Io = {
    env: process.env,
    isTerminal: process.stderr.isTTY === true,
    renewsLines: process.stderr.isTTY === true && !isDumb,
    get hasColours() {
      return !isDumb && (io.json.wanted ? process.stderr : process.stdout).isTTY === true;
    },
    isAsking: false,
    signal: stopping.signal,
    get channel() {
      return channel;
    },
    json: new JsonPrinter(stdout.write),
    // A file or a program gets every byte as it is.
    out(text) {
      takeItsPlace();
      return stdout.write(process.stdout.isTTY ? harmless(text, true) : text);
    },
    say(text) {
      takeItsPlace();
      if (io.json.wanted || text === '') return io.err(text);
      if (process.stdout.isTTY) return void stdout.write(harmless(text, true));
      void stdout.write(
        called === '' ? harmless(text, false) : `${timeText(new Date())} ${harmless(called + text, false)}`,
      );
      called = '';
    },
    err(text) {
      takeItsPlace();
      void stderr.write(io.isTerminal ? harmless(text, true) : timed(harmless(text, false)));
    },
    renew(line) {
      void stderr.write(`${CLEARED}${harmless(line, true)}`);
      isRenewing = true;
    },
    sayOnInterrupt: (text) => {
      lastWords = `${oneLine(text)}\n`;
    },
  };
  const { words, wantsJson } = readWords(argv);
  if (wantsJson) io.json.want();
  const onSignal = () => {
    if (!stopping.signal.aborted) return stop();
    io.err(`\n${lastWords}`);
    void endJson(new StopError('INTERRUPTED', 'Interrupted.', lastWords.trim()), 'interrupted', io);
    process.exit(EXIT.interrupted.code);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // Whatever is thrown where nobody waits for it: the journal has what was done.
  process.on('uncaughtException', (error) => {
    io.err(errorText(errorFacts(error)));
    io.err(lastWords);
    const exit = lastWords === '' ? 'nothingDone' : 'stoppedByError';
    void endJson(error, exit, io);
    process.exit(EXIT[exit].code);
  });
  let exit: Exit = 'nothingDone';
  let failure: unknown = null;
  try {
    if (process.send) channel = new (await import('./screen/channel.js')).ProgramChannel(process, stop);
    const chosen = await choose(words, io);
    if (!chosen) {
      exit = 'done';
      return EXIT[exit].code;
    }
    const { command, args } = chosen;
    called = `alianza-import ${[...command.name.split(' '), ...args.words].map((word) => shellWord(word)).join(' ')}\n`;
    const { run } = await command.load();
    exit = await run(args, io);
  } catch (error) {
    exit = error instanceof StopError ? error.exit : 'nothingDone';
    failure = error;
    io.err(errorText(errorFacts(error)));
    await endJson(error, exit, io);
  } finally {
    takeItsPlace();
    await Promise.all([stdout.taken(), stderr.taken(), channel?.end(EXIT[exit].code, failure)]);
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
  const words = [...before, ...files].map((word) => AS_PARSED.get(word) ?? word);
  return { words, wantsJson: before.includes('--json') };
}

/** Ends the object of `--json` where a command could not. */
async function endJson(error: unknown, exit: Exit, { json }: Io): Promise<void> {
  if (!json.wanted) return;
  await json.end({ error: errorMember(errorFacts(error)), exitCode: EXIT[exit].code });
}

/**
 * What is called for. Help and the version, for which somebody waits, load no parser.
 * @returns null when the version was printed
 * @throws StopError `USAGE`
 */
async function choose(words: readonly string[], io: Io): Promise<Chosen | null> {
  const asksOneOf = (options: readonly string[]) => words.some((word) => options.includes(word));
  // Loaded here, so that a signal is heard from the first moment on.
  const { COMMANDS, HELP_COMMAND } = await import('./commands/table.js');
  if (words[0] === HELP_COMMAND.name || asksOneOf(HELP)) {
    const others = namedOnce(
      words.filter((word, at) => at > 0 || word !== HELP_COMMAND.name),
      COMMANDS,
    );
    const name = others.find((word) => COMMANDS.some((each) => each.name === word)) ?? others[0];
    return new Chosen(HELP_COMMAND, {
      words: name === undefined || /^-/.test(name) ? [] : [name],
      flags: {},
    });
  }
  if (!asksOneOf(VERSION)) return parse(namedOnce(words, COMMANDS), COMMANDS);
  const { programVersion } = await import('./version.js');
  await io.out(`${programVersion()}\n`);
  return null;
}

/** The words with a command's name of two words as one. */
function namedOnce(words: readonly string[], commands: readonly Command[]): string[] {
  const at = words.findIndex((word) => !word.startsWith('-'));
  const name = words.slice(at, at + 2).join(' ');
  if (at < 0 || !name.includes(' ') || !commands.some((command) => command.name === name)) return [...words];
  return [...words.slice(0, at), name, ...words.slice(at + 2)];
}

/** A command's name as the parser takes it, for whom a space ends it. */
function asOneWord(name: string): string {
  return name.replace(' ', ':');
}

/** @throws StopError `USAGE`, in our words where those of the parser help nobody */
async function parse(words: readonly string[], commands: readonly Command[]): Promise<Chosen> {
  const { default: yargs } = await import('yargs');
  const { optionsOf, wordOf } = await import('./commands/option-facts.js');
  const { usage } = await import('./commands/usage.js');
  const parser = yargs()
    // The messages are compared with, so they must not be in the language of the system.
    .locale('en')
    .help(false)
    .version(false)
    .parserConfiguration({
      'camel-case-expansion': false,
      'boolean-negation': true,
      'parse-positional-numbers': false,
    })
    .strict()
    .exitProcess(false)
    .demandCommand(1, 'Name a command.')
    .fail((message, error) => {
      throw error instanceof StopError || error instanceof Chosen
        ? error
        : usage(message ?? error.message, words, commands);
    });
  for (const command of commands) {
    const options = optionsOf(command);
    parser.command(
      `${asOneWord(command.name)} ${command.words}`.trim(),
      command.summary,
      (builder) => describe(builder, options),
      (parsed) => {
        throw new Chosen(command, {
          words: wordsOf(parsed, wordOf(command)),
          flags: flagsOf(parsed, options),
        });
      },
    );
  }
  try {
    const first = words.findIndex((word) => !word.startsWith('-'));
    await parser.parseAsync(words.map((word, at) => (at === first ? asOneWord(word) : word)));
  } catch (thrown) {
    if (thrown instanceof Chosen) return thrown;
    throw thrown;
  }
  throw usage('Name a command.', words, commands);
}

function describe(builder: Argv, options: ReadonlyMap<string, OptionFacts>): Argv {
  let described = builder;
  for (const [name, { type }] of options)
    described = described.option(name, {
      // Values stay text: the option table checks them, with better words.
      type: type === 'flag' ? ('boolean' as const) : ('string' as const),
      requiresArg: type !== 'flag',
    });
  return described;
}

function wordsOf(parsed: Readonly<Record<string, unknown>>, name: string | null): string[] {
  const value = name === null ? undefined : parsed[name];
  const words = value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  return words.map((word) => (word === STANDARD_INPUT ? '-' : word));
}

function flagsOf(
  parsed: Readonly<Record<string, unknown>>,
  options: ReadonlyMap<string, OptionFacts>,
): Record<string, unknown> {
  const flags: Record<string, unknown> = {};
  for (const [name, { type }] of options) {
    const value = parsed[name];
    if (value === undefined) continue;
    if (Array.isArray(value) && type !== 'list')
      throw new StopError('USAGE', `--${name} is given twice.`, 'Give it once.');
    flags[name] = value;
  }
  return flags;
}

import { EXIT, StopError } from '../errors.js';
import { nearest } from '../records/cells/nearest.js';
import type { Command, Run } from './command.js';
import { defaultOf, optionsOf } from './option-facts.js';

const MAX_WIDTH = 110;
/** What is longer stands on a line of its own. */
const MAX_LABEL = 34;

/** The `help` command of these commands. */
export function helpOf(commands: readonly Command[]): Run {
  return async ({ words: [name] }, io) => {
    const width = Math.min(MAX_WIDTH, process.stdout.columns || MAX_WIDTH);
    const command = commands.find((each) => each.name === name);
    if (name !== undefined && !command) throw unknownCommand(name, commands);
    await io.out(command ? helpOfCommand(command, width) : helpOfAll(commands, width));
    return 'done';
  };
}

/** That there is no such command, with the one that may be meant. */
export function unknownCommand(name: string, commands: readonly Command[]): StopError {
  const near = nearest(
    name,
    commands.map((each) => each.name),
  );
  return new StopError(
    'USAGE',
    `There is no command "${name}".${near === null ? '' : ` Did you mean ${near}?`}`,
    'The call is: alianza-import <command>. alianza-import --help tells more.',
  );
}

function helpOfAll(commands: readonly Command[], width: number): string {
  const rows = commands.map(({ name, words, summary }): Row => [`${name} ${words}`.trim(), summary]);
  return parts([
    'alianza-import <command>\n\nA spreadsheet of customers becomes live service on the Alianza platform.',
    `Commands:\n${table(rows, width)}`,
    `Options of all commands:\n${table(
      [
        ['-h, --help', 'this, or with a command what it takes; alianza-import help <command> does the same'],
        ['-V, --version', 'the version'],
        ['--no-color', 'plain text (or NO_COLOR, or TERM=dumb)'],
      ],
      width,
    )}`,
    logIn(width),
    exitCodes(width),
  ]);
}

function helpOfCommand(command: Command, width: number): string {
  const { name, words, summary, example, options } = command;
  const rows = [...optionsOf(command)].map(([option, facts]): Row => {
    const { value, choices, variable, help } = facts;
    const what = choices ? choices.join('|') : (value ?? '');
    const given = defaultOf(facts);
    return [
      `--${option}${what === '' ? '' : ` ${what}`}`,
      `${help}${variable === undefined ? '' : ` (or ${variable})`}${given === '' ? '' : ` [default: ${given}]`}`,
    ];
  });
  const logsIn = options.includes('environment');
  return parts([
    `${`alianza-import ${name} ${words}`.trim()}\n\n${wrapped(summary, width).join('\n')}`,
    `Options:\n${table([...rows, ['-h, --help', 'this']], width)}`,
    ...(logsIn ? [logIn(width)] : []),
    `Example:\n  ${example}`,
    exitCodes(width),
  ]);
}

function logIn(width: number): string {
  const text =
    'ALIANZA_USERNAME and ALIANZA_PASSWORD, or asked for on a terminal; the sandbox inside the process needs none. It is never an option.';
  return `Log-in:\n${wrapped(text, width - 2)
    .map((line) => `  ${line}`)
    .join('\n')}`;
}

function exitCodes(width: number): string {
  const rows = Object.values(EXIT).map(({ code, means }): Row => [String(code), means]);
  return `Exit codes:\n${table(rows, width)}`;
}

type Row = readonly [label: string, text: string];

const parts = (texts: readonly string[]) => `${texts.join('\n\n')}\n`;

function table(rows: readonly Row[], width: number): string {
  const column = Math.min(MAX_LABEL, Math.max(...rows.map(([label]) => label.length)));
  return rows
    .flatMap(([label, text]) => {
      const [first = '', ...more] = wrapped(text, width - column - 4);
      const rest = more.map((line) => `${' '.repeat(column + 4)}${line}`);
      if (label.length <= column) return [`  ${label.padEnd(column)}  ${first}`, ...rest];
      return [`  ${label}`, `${' '.repeat(column + 4)}${first}`, ...rest];
    })
    .join('\n');
}

/** The text in lines of at most that many characters, but for longer words; never narrower than can be read. */
function wrapped(text: string, width: number): string[] {
  const most = Math.max(24, width);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

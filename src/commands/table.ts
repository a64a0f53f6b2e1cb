import { type OptionName, OWN_OPTIONS } from '../options.js';
import type { Command } from './command.js';

/** The options of every command that goes to a platform. */
const CONNECTION = [
  'environment',
  'base-url',
  'partition',
  'concurrency',
  'rate',
  'timeout',
  'retries',
] as const satisfies readonly OptionName[];

export const HELP_COMMAND: Command = {
  name: 'help',
  words: '[command]',
  summary: 'tells what a command does and takes',
  example: 'alianza-import help run',
  options: [],
  load: async () => ({ run: (await import('./help.js')).helpOf(COMMANDS) }),
};

/** All commands, in the order of help. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'validate',
    words: '<sheet..>',
    summary: 'offline: every problem of every cell, row and between rows, in one pass; nothing is sent',
    example: 'alianza-import validate customers.xlsx --profile acme.json',
    options: ['out', 'profile', 'set', 'edits', 'format', 'json', 'quiet'],
    own: OWN_OPTIONS.validate,
    here: {
      out: {
        help: 'a directory for results, errors and report; without it nothing is written',
        defaultText: '',
      },
    },
    load: () => import('./validate.js'),
  },
  {
    name: 'run',
    words: '<sheet..>',
    summary: 'validates, then provisions',
    example: 'alianza-import run customers.xlsx --environment beta --out runs/acme',
    options: [
      ...CONNECTION,
      'out',
      'on-invalid',
      'max-errors',
      'existing',
      'only',
      'limit',
      'profile',
      'set',
      'edits',
      'format',
      'http-log',
      'json',
      'quiet',
    ],
    own: OWN_OPTIONS.run,
    load: () => import('./run.js'),
  },
  {
    name: 'resume',
    words: '<run-dir>',
    summary: 'goes on where a run stopped',
    example: 'alianza-import resume runs/acme --retry failed',
    options: [...CONNECTION, 'on-invalid', 'max-errors', 'existing', 'format', 'http-log', 'json', 'quiet'],
    own: OWN_OPTIONS.resume,
    load: () => import('./resume.js'),
  },
  {
    name: 'welcome',
    words: '<run-dir>',
    summary: 'sends the welcome mails that the import held back, each once; lists and asks first',
    example: 'alianza-import welcome runs/acme --only site=Lindon --dry-run',
    options: [...CONNECTION, 'only', 'limit', 'format', 'http-log', 'json', 'quiet'],
    own: OWN_OPTIONS.welcome,
    here: { limit: { help: 'the first N rows of those that are still to be mailed', defaultText: 'all' } },
    load: () => import('./welcome.js'),
  },
  {
    name: 'undo',
    words: '<run-dir>',
    summary: 'deletes what that run created, newest first; lists it and asks first',
    example: 'alianza-import undo runs/acme --dry-run',
    options: [...CONNECTION, 'only', 'format', 'http-log', 'json', 'quiet'],
    own: OWN_OPTIONS.undo,
    load: () => import('./undo.js'),
  },
  {
    name: 'verify',
    words: '<run-dir>',
    summary: 'reads every object of the run back and compares it with the sheet',
    example: 'alianza-import verify runs/acme',
    options: [...CONNECTION, 'only', 'http-log', 'json', 'quiet'],
    own: OWN_OPTIONS.verify,
    load: () => import('./verify.js'),
  },
  {
    name: 'results',
    words: '<run-dir>',
    summary: 'writes the results files and the report again from the journal, at any time',
    example: 'alianza-import results runs/acme --format csv',
    options: ['format', 'json'],
    load: () => import('./results.js'),
  },
  {
    name: 'runs',
    words: '[text..]',
    summary:
      'lists the runs of a folder, or finds an account, name, number, MAC address or ID in all of them; nothing found: exit 1',
    example: 'alianza-import runs 8015550100',
    options: ['json'],
    own: OWN_OPTIONS.runs,
    load: () => import('./runs.js'),
  },
  {
    name: 'template',
    words: '[product]',
    summary: 'writes a template workbook or CSV; `template workbook` a normalised one with its profile',
    example: 'alianza-import template bcc --out acme.xlsx',
    options: ['format', 'out'],
    here: {
      format: { help: 'of the template', defaultText: 'as --out ends, else xlsx' },
      out: {
        help: 'the file to write, or a directory to write it into; a file that is there is never overwritten',
        value: 'FILE',
        defaultText: '<product>.xlsx here',
      },
    },
    load: () => import('./template.js'),
  },
  {
    name: 'sandbox',
    words: '',
    summary: 'starts the simulated platform as a server of its own',
    example: 'alianza-import sandbox --port 8080 --latency 50',
    options: [],
    own: OWN_OPTIONS.sandbox,
    load: () => import('./sandbox.js'),
  },
  {
    name: 'serve',
    words: '[dir]',
    summary:
      'shows the runs of a folder as web pages on this machine: what is going on, what came of each, its files',
    example: 'alianza-import serve /srv/imports',
    options: [],
    own: OWN_OPTIONS.serve,
    load: () => import('./serve.js'),
  },
  {
    name: 'completion',
    words: '[shell]',
    summary: 'prints a completion script for bash, zsh or fish',
    example: 'source <(alianza-import completion bash)',
    options: [],
    load: async () => ({ run: (await import('./completion.js')).completionOf(COMMANDS) }),
  },
  HELP_COMMAND,
];

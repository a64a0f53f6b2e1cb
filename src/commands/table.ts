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

/** All commands, in the order of help. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'validate',
    words: '<sheet..>',
    summary: 'offline: every problem of every cell, row and between rows, in one pass; nothing is sent',
    options: ['out', 'profile', 'set', 'format', 'json', 'quiet'],
    load: () => import('./validate.js'),
  },
  {
    name: 'run',
    words: '<sheet..>',
    summary: 'validates, then provisions',
    options: [
      ...CONNECTION,
      'out',
      'on-invalid',
      'max-errors',
      'existing',
      'profile',
      'set',
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
    options: [...CONNECTION, 'on-invalid', 'max-errors', 'existing', 'format', 'http-log', 'json', 'quiet'],
    own: OWN_OPTIONS.resume,
    load: () => import('./resume.js'),
  },
  {
    name: 'undo',
    words: '<run-dir>',
    summary: 'deletes what that run created, newest first; lists it and asks first',
    options: [...CONNECTION, 'format', 'http-log', 'json', 'quiet'],
    own: OWN_OPTIONS.undo,
    load: () => import('./undo.js'),
  },
  {
    name: 'verify',
    words: '<run-dir>',
    summary: 'reads every object of the run back and compares it with the sheet',
    options: [...CONNECTION, 'http-log', 'json', 'quiet'],
    own: OWN_OPTIONS.verify,
    load: () => import('./verify.js'),
  },
  {
    name: 'results',
    words: '<run-dir>',
    summary: 'writes the results files and the report again from the journal, at any time',
    options: ['format', 'json'],
    load: () => import('./results.js'),
  },
  {
    name: 'template',
    words: '[product]',
    summary: 'writes a template workbook or CSV; `template workbook` a normalised one with its profile',
    options: ['format', 'out'],
    load: () => import('./template.js'),
  },
  {
    name: 'sandbox',
    words: '',
    summary: 'starts the simulated platform as a server of its own',
    options: [],
    own: OWN_OPTIONS.sandbox,
    load: () => import('./sandbox.js'),
  },
];

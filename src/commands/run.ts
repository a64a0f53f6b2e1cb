import { createWriteStream } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from './command.js';

export const runCommand: Command = {
  name: 'run',
  words: '<sheet..>',
  leastWords: 1,
  mostWords: Number.POSITIVE_INFINITY,
  summary: 'validates, then provisions',
  options: [
    'environment',
    'base-url',
    'partition',
    'out',
    'concurrency',
    'rate',
    'timeout',
    'retries',
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
  own: {
    'dry-run': {
      type: 'flag',
      help: 'stop before the first write, and add the read-only checks against the platform',
    },
  },
  async run(args, io) {
    const { readingOptions, settingsOf } = await import('./settings.js');
    const { settings, given, profile } = await settingsOf(args, io);
    const { targetOf, openPlatform } = await import('./platform.js');
    const { createRun, reserveRunDirectory, runFiles } = await import('../run-directory.js');
    const target = targetOf(settings, given);
    const directory = settings.out ?? defaultDirectory(args.words, target.environment);
    const lock = reserveRunDirectory(directory);
    try {
      const inputs = await inputFiles(args.words, runFiles(directory).standardInput);
      const facts = {
        createdAt: new Date().toISOString(),
        inputs,
        target,
        kind: args.flags['dry-run'] === true ? ('dry-run' as const) : ('run' as const),
        settings,
        reading: readingOptions(profile, settings),
      };
      const run = await createRun(directory, lock, facts);
      try {
        const { carryOut } = await import('./run-command.js');
        const { formatOf, report } = await import('./report-run.js');
        const options = {
          settings,
          format: formatOf(settings, inputs),
          openPlatform: () => openPlatform(target, run.files.sandbox, io),
          retryFailed: false,
        };
        const summary = await carryOut(run, options, io);
        return report(run, summary, settings, io);
      } finally {
        await run.close();
      }
    } finally {
      lock.release();
    }
  },
};

/** `runs/<time>-<sheet>`; a sandbox run says so in its name. */
function defaultDirectory(sheets: readonly string[], environment: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  const first = sheets[0] ?? '';
  const sheet = first === '-' ? 'stdin' : basename(first, extname(first));
  return join('runs', `${time}-${sheet}${environment === 'sandbox' ? '-sandbox' : ''}`);
}

/** The sheets by absolute path with their hashes; standard input is kept in the run directory. */
async function inputFiles(words: readonly string[], standardInput: string) {
  const { hashFile } = await import('../sheet/read.js');
  const files: { file: string; sha256: string }[] = [];
  for (const word of words) {
    let file = resolve(word);
    if (word === '-') {
      await pipeline(process.stdin, createWriteStream(standardInput, { mode: 0o600 }));
      file = resolve(standardInput);
    }
    files.push({ file, sha256: await hashFile(file) });
  }
  return files;
}

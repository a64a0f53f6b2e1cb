import { EXIT, type Exit } from '../errors.js';
import type { Command } from './command.js';

export const validateCommand: Command = {
  name: 'validate',
  words: '<sheet..>',
  leastWords: 1,
  mostWords: Number.POSITIVE_INFINITY,
  summary: 'offline: every problem of every cell, row and between rows, in one pass; nothing is sent',
  options: ['profile', 'set', 'json', 'quiet'],
  async run(args, io) {
    const { readingOptions, settingsOf } = await import('./settings.js');
    const { readSheets } = await import('../load.js');
    const { settings, profile } = await settingsOf(args, io);
    const problems: unknown[] = [];
    const counts = { total: 0, valid: 0, invalid: 0 };
    const late = await readSheets(args.words, readingOptions(profile, settings), {
      onNotice: (notice) => io.err(`${notice.file}: ${notice.message} ${notice.hint}\n`),
      onTable: (_table, found) => void problems.push(...found),
      onRows(checked) {
        for (const { record, problems: found } of checked) {
          counts.total++;
          counts[record.valid ? 'valid' : 'invalid']++;
          problems.push(...found);
        }
      },
    });
    problems.push(...late);
    const exit: Exit = counts.invalid === 0 ? 'done' : 'someFailed';
    if (settings.json) io.out(`${JSON.stringify({ rows: counts, problems, exitCode: EXIT[exit].code })}\n`);
    else
      for (const p of problems as { file: string; row: number; column: string; message: string }[])
        io.err(`${p.file}:${p.row} ${p.column}: ${p.message}\n`);
    return exit;
  },
};

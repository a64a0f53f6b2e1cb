import type { Command } from './command.js';

export const resultsCommand: Command = {
  name: 'results',
  words: '<run-dir>',
  summary: 'writes the results files again from the journal, at any time',
  options: ['format', 'json'],
  async run(args, io) {
    const { readRun, TAIL_MISSING } = await import('../run/directory.js');
    const { settingsOf } = await import('../run/settings.js');
    const { formatOf } = await import('../screen/report-run.js');
    const { writeResults } = await import('../results/write-results.js');
    const directory = args.words[0] ?? '';
    const { journal, facts } = readRun(directory);
    try {
      if (journal.tailMissing) io.err(`${TAIL_MISSING}\n`);
      const { settings } = await settingsOf(args, io, { format: facts.settings.format });
      const written = await writeResults(journal, directory, formatOf(settings, facts.inputs));
      io.err(`results: ${written.results}\n${written.errors ? `errors: ${written.errors}\n` : ''}`);
      const { results, errors } = written;
      if (settings.json) io.out(`${JSON.stringify({ runDir: directory, results, errors })}\n`);
      return 'done';
    } finally {
      await journal.close();
    }
  },
};

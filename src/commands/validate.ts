import { EXIT, type Exit } from '../errors.js';
import type { Arguments, Command, Io } from './command.js';

export const validateCommand: Command = {
  name: 'validate',
  words: '<sheet..>',
  summary: 'offline: every problem of every cell, row and between rows, in one pass; nothing is sent',
  options: ['out', 'profile', 'set', 'format', 'json', 'quiet'],
  async run(args, io) {
    return args.flags['out'] === undefined ? onScreen(args, io) : intoDirectory(args, io);
  },
};

/** Streams the sheets through: nothing is kept, so a million rows take no more memory than ten. */
async function onScreen(args: Arguments, io: Io): Promise<Exit> {
  const { readingOptions, settingsOf } = await import('../run/settings.js');
  const { readSheets } = await import('../load/load.js');
  const { noticeAsProblem } = await import('../records/problem.js');
  const { ProblemGroups } = await import('../results/problem-groups.js');
  const { problemsText, summaryText } = await import('../screen/summary.js');
  const { oneLine } = await import('../screen/plain-text.js');
  const { nextSteps } = await import('../screen/next-steps.js');
  const { optionsAgain } = await import('../screen/again.js');
  const { settings, profile } = await settingsOf(args, io);
  const reading = readingOptions(profile, settings);
  const started = Date.now();
  const groups = new ProblemGroups();
  const invalid = new Marks();
  let total = 0;
  let separator = '';
  const take = (problem: Parameters<typeof groups.add>[0]) => {
    groups.add(problem);
    if (!settings.json) return;
    io.out(separator + JSON.stringify(problem));
    separator = ',';
  };
  let begun = false;
  const begin = () => {
    if (settings.json && !begun) io.out('{"problems":[');
    begun = true;
  };
  const validator = await readSheets(args.words, reading, {
    onNotice(notice) {
      begin();
      take(noticeAsProblem(notice));
    },
    onTable(table, found, { headers }) {
      begin();
      if (args.flags['profile'] !== undefined)
        for (const { header, column, how } of headers)
          io.err(
            `${oneLine(`${table.sheet ?? table.file}: "${header}" ${column === null ? `is not used (${how})` : `is ${column} (by ${how})`}`)}\n`,
          );
      for (const problem of found) take(problem);
    },
    onRows(checked) {
      for (const { record, problems } of checked) {
        total++;
        if (!record.valid) invalid.add(record.ordinal);
        for (const problem of problems) take(problem);
      }
    },
  });
  for (const { ordinal, ...problem } of validator.finish()) {
    take(problem);
    if (problem.severity === 'error') invalid.add(ordinal);
  }
  const counts = { valid: total - invalid.size, invalid: invalid.size };
  const { mailsAtOnce } = validator;
  const exit: Exit = counts.invalid === 0 ? 'done' : 'someFailed';
  if (settings.json)
    io.out(
      `],"rows":${JSON.stringify({ total, ...counts })},"mailsAtOnce":${mailsAtOnce},"exitCode":${EXIT[exit].code}}\n`,
    );
  const target = { environment: 'sandbox', baseUrl: null } as const;
  const ending = {
    runDir: null,
    kind: 'validate',
    ...optionsAgain({ target, settings }),
    files: args.words,
    counts,
    errors: null,
  } as const;
  io.err(problemsText(groups.list(), io.isTerminal));
  io.err(
    summaryText(
      {
        environment: '',
        counts,
        durationMs: Date.now() - started,
        requests: null,
        limiter: null,
        files: [],
        next: nextSteps(ending),
      },
      io.isTerminal,
    ),
  );
  return exit;
}

/** Marks on ordinals: a byte a row, where a set of numbers would take fifty. */
class Marks {
  #marks = new Uint8Array(1 << 16);
  size = 0;

  add(ordinal: number): void {
    if (ordinal >= this.#marks.length) {
      const larger = new Uint8Array(Math.max(ordinal + 1, 2 * this.#marks.length));
      larger.set(this.#marks);
      this.#marks = larger;
    }
    if (this.#marks[ordinal] === 1) return;
    this.#marks[ordinal] = 1;
    this.size++;
  }
}

/** With `--out`: results, errors and report as files. */
async function intoDirectory(args: Arguments, io: Io): Promise<Exit> {
  const { beginRun } = await import('../run/begin.js');
  const { checkSheets } = await import('../run/check-run.js');
  const { reportCheck } = await import('../screen/report-check.js');
  const { run, settings, format } = await beginRun(args, io, 'validate');
  try {
    const summary = await checkSheets(run, { settings, format, openPlatform: null, onStarted: () => {} });
    return await reportCheck(run, summary, settings, io);
  } finally {
    await run.close();
  }
}

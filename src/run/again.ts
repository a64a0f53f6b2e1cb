import { OPTIONS } from '../options.js';
import { shellWord } from '../shell-word.js';
import { HOSTS, sendsInClear } from './platform.js';
import type { RunFacts } from './state.js';

/**
 * The options that a command printed for the user needs to do the same as the one before it. A command that names the
 * run directory knows all of them but `--insecure-http`, which is never kept.
 */
export function optionsAgain({ target, settings }: Pick<RunFacts, 'target' | 'settings'>): {
  where: string;
  reading: string;
  edits: string;
  selecting: string;
  profile: string | undefined;
  insecure: string;
} {
  const { environment, baseUrl } = target;
  const where: string[] = [];
  if (environment !== 'custom' && environment !== 'sandbox') where.push('--environment', environment);
  if (environment === 'sandbox' && baseUrl !== null) where.push('--environment', 'sandbox');
  if (baseUrl !== null && !(Object.values(HOSTS) as string[]).includes(baseUrl))
    where.push('--base-url', baseUrl);
  if (settings.partition !== undefined) where.push('--partition', settings.partition);
  // what is to become of what is there already is as much part of it as the place
  if (settings.existing !== OPTIONS.existing.default) where.push('--existing', settings.existing);
  const reading: string[] = [];
  if (settings.profile !== undefined) reading.push('--profile', settings.profile);
  for (const entry of settings.set) reading.push('--set', entry);
  const selecting = settings.only.flatMap((each) => ['--only', each]);
  if (settings.limit !== undefined) selecting.push('--limit', String(settings.limit));
  const edits = settings.edits === undefined ? [] : ['--edits', settings.edits];
  const insecure = sendsInClear(baseUrl) ? ['--insecure-http'] : [];
  return {
    where: asOptions([...where, ...insecure]),
    ...{
      reading: asOptions(reading),
      edits: asOptions(edits),
      selecting: asOptions(selecting),
      insecure: asOptions(insecure),
    },
    profile: settings.profile,
  };
}

function asOptions(words: readonly string[]): string {
  return words.map((word) => ` ${shellWord(word)}`).join('');
}

import { type Exit, StopError } from '../errors.js';
import { ownSettings } from '../options.js';
import { systemUser } from '../run/system-user.js';
import { askOnTerminal } from '../screen/ask.js';
import type { Io } from '../screen/io.js';
import { openPeople, type People } from '../serve/people.js';
import { isRole, type Role } from '../serve/roles.js';
import type { Arguments } from './command.js';

/** What can be done with a name, by the word for it; `list` needs none. */
type Tasks = Readonly<Record<string, (people: People, name: string) => Promise<void>>>;

/**
 * Does one task on the users or keys of a folder.
 * @throws StopError `USAGE`, `NO_FOLDER`, and what the task throws
 */
export async function doTask(command: string, args: Arguments, tasks: Tasks): Promise<Exit> {
  const [word = '', name = '', ...more] = args.words;
  const task = Object.hasOwn(tasks, word) ? tasks[word] : undefined;
  const call = `The calls are: ${Object.keys(tasks)
    .map((each) => `alianza-import ${command} ${each}${each === 'list' ? '' : ' NAME'}`)
    .join(', ')}.`;
  if (!task) throw new StopError('USAGE', `${command} cannot do "${word}".`, call);
  if ((word === 'list') !== (name === '') || more.length > 0)
    throw new StopError(
      'USAGE',
      `${command} ${word} takes ${word === 'list' ? 'no name' : 'one name'}.`,
      call,
    );
  const { dir } = ownSettings('serve user', args.flags);
  const people = openPeople(dir, systemUser(), word === 'add');
  try {
    await task(people, name);
  } finally {
    people.close();
  }
  return 'done';
}

/** @throws StopError `USAGE` where no role, or none that there is, was given */
export function roleOf({ flags }: Arguments, call: string): Role {
  const { role } = ownSettings('serve user', flags);
  if (isRole(role)) return role;
  throw new StopError('USAGE', `${call} needs a role.`, 'Give --role view, run, production or admin.');
}

/**
 * A new password: asked for twice on a terminal, else the first line of standard input. It is never an argument, which
 * every process of the machine could read.
 */
export async function passwordFrom(io: Io, name: string): Promise<string> {
  const ask = askOnTerminal(io);
  if (!ask) return firstLine();
  const password = await ask(`New password of ${name}: `, true);
  if (password !== null && password === (await ask('Once more: ', true))) return password;
  throw new StopError('PASSWORD_REFUSED', 'The two passwords are not the same.', 'Try again.');
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += piece;
    if (text.includes('\n')) break;
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line !== '') return line;
  throw new StopError(
    'PASSWORD_MISSING',
    'No password came on standard input.',
    'Type it on a terminal, or: alianza-import serve user add NAME --role R <password.txt',
  );
}

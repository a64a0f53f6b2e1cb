import { StopError } from '../errors.js';
import { nearest } from '../records/cells/nearest.js';
import type { Command } from './command.js';
import { unknownCommand } from './help.js';
import { optionsOf } from './option-facts.js';

/**
 * A mistake in the command line, in our words where those of the parser help nobody.
 * @param message the parser's, in English
 */
export function usage(message: string, argv: readonly string[], commands: readonly Command[]): StopError {
  const command = commands.find(({ name }) => name === argv[0]);
  const call = `alianza-import ${command ? `${command.name} ${command.words}`.trim() : '<command>'}`;
  const hint = `The call is: ${call}. alianza-import${command ? ` ${command.name}` : ''} --help tells more.`;
  if (message.startsWith('Not enough non-option arguments'))
    return new StopError('USAGE', `${command?.name} needs ${command?.words}.`, hint);
  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined)
    return new StopError('USAGE', message.endsWith('.') ? message : `${message}.`, hint);
  if (!argv.some((word) => word.startsWith(`--${unknown}`) || word === `-${unknown}`)) {
    if (!command) return unknownCommand(unknown, commands);
    const takes = command.words === '' ? 'no words' : command.words;
    return new StopError('USAGE', `${command.name} takes ${takes}, and not also "${unknown}".`, hint);
  }
  const near = nearest(unknown, command ? [...optionsOf(command).keys()] : []);
  const meant = near === null ? '' : ` Did you mean --${near}?`;
  return new StopError('USAGE', `There is no option --${unknown}.${meant}`, hint);
}

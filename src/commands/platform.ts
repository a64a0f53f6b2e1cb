import { EXIT } from '../errors.js';
import { readPlatform } from '../run/platform-facts.js';
import { platformText } from '../screen/platform-text.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const { json } = await screenOf(args, io);
  const facts = await readPlatform(callerOf(args, io), io.signal);
  if (json) await io.json.end({ ...facts, exitCode: EXIT.done.code });
  else await io.out(platformText(facts));
  return 'done';
};

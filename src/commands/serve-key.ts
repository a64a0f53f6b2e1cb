import type { Run } from './command.js';
import { doTask, roleOf } from './serve-people.js';

export const run: Run = (args, io) =>
  doTask('serve key', args, {
    list: async ({ users }) => {
      for (const { name, role, since } of users.keys())
        await io.out(`${name}\t${role}\tsince ${since.slice(0, 10)}\n`);
    },
    add: async ({ users, audit }, name) => {
      const role = roleOf(args, 'serve key add');
      const key = await users.addKey(name, role);
      audit('add key', name, role);
      io.err('The key is shown this once. A script sends it as: Authorization: Bearer <key>\n');
      await io.out(`${key}\n`);
    },
    remove: async ({ users, audit }, name) => {
      await users.removeKey(name);
      audit('remove key', name, '');
      await io.out(`The key ${name} opens nothing any more.\n`);
    },
  });

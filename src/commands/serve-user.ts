import type { Run } from './command.js';
import { doTask, passwordFrom, roleOf } from './serve-people.js';

export const run: Run = (args, io) =>
  doTask('serve user', args, {
    list: async ({ users }) => {
      for (const { name, role, since } of users.list())
        await io.out(`${name}\t${role}\tsince ${since.slice(0, 10)}\n`);
    },
    add: async ({ users, audit }, name) => {
      const role = roleOf(args, 'serve user add');
      await users.add(name, role, await passwordFrom(io, name));
      audit('add user', name, role);
      await io.out(`${name} can log in now, with the role ${role}.\n`);
    },
    role: async ({ users, audit }, name) => {
      const role = roleOf(args, 'serve user role');
      const before = await users.setRole(name, role);
      audit('change role', name, `${before} → ${role}`);
      await io.out(`${name} has the role ${role} now, and logs in again.\n`);
    },
    password: async ({ users, audit }, name) => {
      await users.setPassword(name, await passwordFrom(io, name));
      audit('change password', name, '');
      await io.out(`${name} has another password now, and logs in again.\n`);
    },
    remove: async ({ users, audit }, name) => {
      await users.remove(name);
      audit('remove user', name, '');
      await io.out(`${name} is logged out and cannot log in any more.\n`);
    },
  });

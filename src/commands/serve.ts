import { availableParallelism } from 'node:os';
import { ownSettings } from '../options.js';
import { newAddress, startServer } from '../serve/server.js';
import type { Run } from './command.js';

export const run: Run = async ({ words, flags }, io) => {
  const own = ownSettings('serve', flags);
  const [folder = '.'] = words;
  if (own.token) {
    await io.out(`${await newAddress(folder)}\n`);
    return 'done';
  }
  const server = await startServer({
    ...{ folder, host: own.host, port: own.port },
    ...{ publicUrl: own['public-url'], behindProxy: own['behind-proxy'] },
    ...{ tlsCert: own['tls-cert'], tlsKey: own['tls-key'] },
    ...{ maxUpload: own['max-upload'], maxStorage: own['max-storage'] },
    keep: { uploads: own['keep-uploads'], runs: own['keep-runs'] ?? null },
    jobs: {
      atOnce: own.jobs ?? availableParallelism(),
      resumes: !own['no-resume'],
      environments: own.environments.split(','),
    },
    env: io.env,
  });
  await io.out(`${server.address}\n`);
  if (own['public-url'] !== undefined) io.err(`It listens at port ${server.port} of ${own.host}.\n`);
  io.err(
    'Open that address; it works once, for ten minutes. Another: alianza-import serve --token. Ctrl-C ends the server.\n',
  );
  if (!io.signal.aborted)
    await new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }));
  await server.close();
  return 'done';
};

import winston from 'winston';

/** `run.log`: JSON lines about what a run did, without secrets and without customer data beyond keys. */
export interface RunLog {
  info(event: string, details?: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

/** Opens the log for appending. */
export function openRunLog(path: string): RunLog {
  const transport = new winston.transports.File({ filename: path, options: { flags: 'a', mode: 0o600 } });
  let broken = false;
  const logger = winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [transport],
  });
  // The log is a help, not a promise: a full disk is the journal's to report.
  for (const emitter of [transport, logger])
    emitter.on('error', () => {
      broken = true;
    });
  return {
    info: (event, details = {}) => void logger.info(event, details),
    close: () =>
      new Promise((resolve) => {
        if (broken) return resolve();
        transport.once('finish', () => resolve());
        transport.once('error', () => resolve());
        logger.end();
      }),
  };
}

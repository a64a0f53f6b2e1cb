import { describe, expect, it } from 'vitest';
import { maxFailed, type OPTIONS, resolveSettings } from '../src/options.js';

const refusal = (message: string) =>
  expect.objectContaining({ name: 'StopError', code: 'OPTION_INVALID', exit: 'nothingDone', message });

describe('the settings', () => {
  it('are the documented defaults when nothing is given', () => {
    const { settings, given } = resolveSettings({}, {});
    expect(settings).toEqual({
      environment: 'sandbox',
      'base-url': undefined,
      partition: undefined,
      out: undefined,
      concurrency: 16,
      rate: undefined,
      timeout: 30_000,
      retries: 5,
      'on-invalid': 'abort',
      'max-errors': '100',
      existing: 'reuse',
      only: [],
      limit: undefined,
      profile: undefined,
      set: [],
      edits: undefined,
      format: undefined,
      'http-log': false,
      json: false,
      quiet: false,
      'no-color': false,
    });
    expect(given.size).toBe(0);
  });

  it('come from the flag, else the environment, else the profile', () => {
    const environment = { ALIANZA_ENVIRONMENT: 'beta', ALIANZA_PARTITION_ID: 'P-env' };
    const profile = {
      environment: 'sandbox',
      partition: 'P-profile',
      'base-url': 'http://profile',
      retries: 2,
    };
    const { settings, given } = resolveSettings({ environment: 'production' }, environment, profile);
    expect(settings).toMatchObject({
      ...{ environment: 'production', partition: 'P-env', 'base-url': 'http://profile', retries: 2 },
    });
    expect([...given].sort()).toEqual(['base-url', 'environment', 'partition', 'retries']);
  });

  it('are plain text where NO_COLOR says something, whatever it is', () => {
    for (const value of ['1', '0', 'false'])
      expect(resolveSettings({}, { NO_COLOR: value }).settings['no-color']).toBe(true);
    expect(resolveSettings({}, { NO_COLOR: '' }, {}).settings['no-color']).toBe(false);
    expect(resolveSettings({}, {}, { 'no-color': true }).settings['no-color']).toBe(true);
  });

  it('are given even where they are the same as the default, and false counts', () => {
    const { settings, given } = resolveSettings({ environment: 'sandbox', json: false }, {}, { json: true });
    expect(settings.json).toBe(false);
    expect([...given].sort()).toEqual(['environment', 'json']);
  });

  it('take an empty environment variable for none, and read no variable that is not theirs', () => {
    const { settings, given } = resolveSettings(
      {},
      { ALIANZA_ENVIRONMENT: '', ALIANZA_CONCURRENCY: '3', ALIANZA_OUT: 'x', concurrency: '3' },
      { environment: 'beta' },
    );
    expect(settings).toMatchObject({ environment: 'beta', concurrency: 16, out: undefined });
    expect([...given]).toEqual(['environment']);
  });

  it.each<[keyof typeof OPTIONS, unknown, unknown]>([
    ['concurrency', '8', 8],
    ['concurrency', 1, 1],
    ['concurrency', ' 4 ', 4],
    ['rate', '0.5', 0.5],
    ['rate', 0.01, 0.01],
    ['retries', '0', 0],
    ['timeout', '1', 1],
    ['set', 'country=CAN', ['country=CAN']],
    ['set', ['a=1', 2], ['a=1', '2']],
    ['max-errors', '5%', '5%'],
    ['max-errors', 7, '7'],
    ['max-errors', '100%', '100%'],
    ['partition', 123, '123'],
    ['out', 'läufe/1 2', 'läufe/1 2'],
    ['http-log', true, true],
    ['existing', 'fail', 'fail'],
    ['format', 'xlsx', 'xlsx'],
  ])('--%s takes %j', (name, value, expected) => {
    expect(resolveSettings({ [name]: value }, {}).settings[name]).toEqual(expected);
    expect(resolveSettings({}, {}, { [name]: value }).settings[name]).toEqual(expected);
  });

  it.each<[keyof typeof OPTIONS, unknown, string]>([
    ['environment', 'Production', 'one of sandbox, beta, production'],
    ['environment', '', 'given'],
    ['concurrency', '0', 'a whole number, 1 or more'],
    ['concurrency', -1, 'a whole number, 1 or more'],
    ['concurrency', 'many', 'a whole number, 1 or more'],
    ['concurrency', '', 'a whole number, 1 or more'],
    ['concurrency', ' ', 'a whole number, 1 or more'],
    ['concurrency', 'Infinity', 'a whole number, 1 or more'],
    ['concurrency', true, 'a whole number, 1 or more'],
    ['concurrency', null, 'a whole number, 1 or more'],
    ['concurrency', ['1', '2'], 'a whole number, 1 or more'],
    ['concurrency', '1.5', 'a whole number, 1 or more'],
    ['retries', 0.5, 'a whole number, 0 or more'],
    ['timeout', '1500.5', 'a whole number, 1 or more'],
    ['rate', 0, 'a number, 0.01 or more'],
    ['retries', '-1', 'a whole number, 0 or more'],
    ['timeout', Number.NaN, 'a whole number, 1 or more'],
    ['on-invalid', 'ignore', 'one of abort, skip'],
    ['existing', 'replace', 'one of reuse, update, fail'],
    ['format', 'pdf', 'one of xlsx, csv'],
    ['json', 'true', 'true or false'],
    ['json', 1, 'true or false'],
    ['out', '', 'given'],
    ['max-errors', '-5', 'a number such as 100, or a share such as 5%'],
    ['max-errors', '101%', 'a number such as 100, or a share such as 5%'],
    ['max-errors', '1.5%', 'a number such as 100, or a share such as 5%'],
    ['max-errors', 'none', 'a number such as 100, or a share such as 5%'],
  ])('--%s refuses %j', (name, value, wanted) => {
    const typed = JSON.stringify(value);
    expect(() => resolveSettings({ [name]: value }, {})).toThrow(
      refusal(`--${name} is ${typed}, but must be ${wanted}.`),
    );
    expect(() => resolveSettings({}, {}, { [name]: value })).toThrow(
      refusal(`${name} of the profile is ${typed}, but must be ${wanted}.`),
    );
  });

  it('name the environment variable that is wrong', () => {
    expect(() => resolveSettings({}, { ALIANZA_ENVIRONMENT: 'prod' })).toThrow(
      refusal('ALIANZA_ENVIRONMENT is "prod", but must be one of sandbox, beta, production.'),
    );
  });
});

describe('maxFailed', () => {
  it.each([
    ['100', 5000, 100],
    ['1', 10, 1],
    ['0', 10, 1],
    ['007', 10, 7],
    ['5%', 200, 10],
    ['5%', 201, 11],
    ['5%', 1, 1],
    ['5%', 0, 1],
    ['0%', 1000, 1],
    ['100%', 7, 7],
  ])('%s of %i rows is %i', (text, rows, most) => {
    expect(maxFailed(text, rows)).toBe(most);
  });
});

import { describe, expect, it } from 'vitest';
import { JsonPrinter } from '../../src/screen/json-printer.js';

function printer() {
  let text = '';
  const json = new JsonPrinter(async (more) => {
    text += more;
  });
  return { json, printed: () => JSON.parse(text), text: () => text };
}

describe('the object of --json', () => {
  it('is whole with members, a list and an end', async () => {
    const { json, printed } = printer();
    await json.members({ a: 1, b: undefined, c: null });
    await json.list('problems');
    await json.item({ row: 2 });
    await json.item({ row: 3 });
    await json.end({ exitCode: 0 });
    expect(printed()).toEqual({ a: 1, c: null, problems: [{ row: 2 }, { row: 3 }], exitCode: 0 });
  });

  it.each([
    ['before anything', async () => {}],
    ['within members', (json: JsonPrinter) => json.members({ a: 1 })],
    ['within an empty list', (json: JsonPrinter) => json.list('problems')],
    [
      'within a list',
      async (json: JsonPrinter) => {
        await json.list('problems');
        await json.item('one');
      },
    ],
  ] as const)('is whole when an error comes %s, with what is known, and only once', async (_, before) => {
    const { json, printed, text } = printer();
    json.know({ runDir: 'r', a: 2 });
    await before(json);
    await json.end({ error: { code: 'X' }, exitCode: 3 });
    await json.end({ exitCode: 7 });
    expect(printed()).toMatchObject({ runDir: 'r', error: { code: 'X' }, exitCode: 3 });
    expect(text().trimEnd().split('\n')).toHaveLength(1);
  });

  it('is empty but whole when there is nothing to say', async () => {
    const { json, printed } = printer();
    await json.end({});
    expect(printed()).toEqual({});
  });
});

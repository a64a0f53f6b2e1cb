import { describe, expect, it } from 'vitest';
import { searchEvents } from '../../src/api/event-calls.js';
import { keptEvent, latestOf } from '../../src/resources/kept-event.js';

/** A page of the status search as the client reads it. */
function pageOf(answer: object) {
  const { answer: schema } = searchEvents('P', { first: 0 });
  if (schema === null) throw new Error('no schema');
  return schema.parse(answer);
}

const eventsOf = (...results: object[]) => pageOf({ totalRecords: results.length, results }).results;
const PORT = { serviceType: 'PORT_REQUEST', activationStatusType: 'REJECTED' };

/** The words that are kept of an event with such a log. */
function wordsOf(...logs: object[]) {
  const [event] = eventsOf({ ...PORT, logs });
  const { code, message } = event ? keptEvent('PORT_REQUEST', event) : {};
  return [code, message];
}

describe('a page of events', () => {
  it('needs nothing that the description does not require', () => {
    expect(pageOf({})).toMatchObject({ results: [] });
    expect(pageOf({ results: null })).toMatchObject({ results: [] });
    const [event] = eventsOf({ subTelephoneNumbers: null, logs: null, further: { field: 1 } });
    expect(event).toMatchObject({ serviceType: '', activationStatusType: '' });
    expect(event && keptEvent('PORT_REQUEST', event)).toEqual({
      ...{ type: 'PORT_REQUEST', status: '', referenceId: '', updatedAt: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('has dates as text or as milliseconds', () => {
    const [text, ms] = eventsOf(
      { ...PORT, lastUpdatedDate: '2026-11-27T10:00:00-07:00', focDate: '2026-12-04T00:00:00-05:00' },
      { ...PORT, createdDate: Date.parse('2026-11-27T10:00:00Z') },
    );
    expect(text && keptEvent('PORT_REQUEST', text)).toMatchObject({
      ...{ updatedAt: '2026-11-27T10:00:00-07:00', focDate: '2026-12-04T00:00:00-05:00' },
    });
    expect(ms && keptEvent('PORT_REQUEST', ms)).toMatchObject({ updatedAt: '2026-11-27T10:00:00.000Z' });
  });
});

describe('what a carrier says', () => {
  const first = { status: 'REJECTED', actionDate: '2026-11-27T10:00:00Z', code: 'A', message: 'first' };
  const second = {
    status: 'REJECTED',
    creationDate: '2026-11-28T09:00:00-05:00',
    code: 'B',
    message: 'then',
  };
  const other = { status: 'PENDING', actionDate: '2026-11-29T10:00:00Z', message: 'sent again' };

  it('is the latest of its status that has words, in whichever order the log is', () => {
    expect(wordsOf(first, second, other)).toEqual(['B', 'then']);
    expect(wordsOf(other, second, first)).toEqual(['B', 'then']);
    expect(wordsOf(second, { status: 'REJECTED', actionDate: '2026-11-30T10:00:00Z' })).toEqual([
      'B',
      'then',
    ]);
  });

  it('is the last one where nothing is dated, and may be of no status', () => {
    expect(wordsOf({ status: 'REJECTED', code: 'A' }, { status: 'REJECTED', code: 'B' })).toEqual([
      'B',
      undefined,
    ]);
    expect(wordsOf({ message: 'no' })).toEqual([undefined, 'no']);
    expect(wordsOf(other)).toEqual([undefined, undefined]);
  });
});

describe('the latest of several events', () => {
  it('is the one that changed last, whatever their order and time zones', () => {
    const events = eventsOf(
      { ...PORT, id: 'old', lastUpdatedDate: '2026-11-27T10:00:00Z' },
      { ...PORT, id: 'new', lastUpdatedDate: '2026-11-27T09:00:00-05:00' },
      { ...PORT, id: 'undated' },
    );
    expect(latestOf(events)?.id).toBe('new');
    expect(latestOf(events.toReversed())?.id).toBe('new');
    expect(latestOf([])).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { describeHeaders } from '../../src/records/headers.js';
import type { Problem } from '../../src/records/problem.js';
import { ProfileDraft } from '../../src/records/profile-draft.js';

const problem = (over: Partial<Problem>): Problem => ({
  ...{ file: 'a.csv', sheet: null, row: 2, column: null, value: '', message: 'wrong', hint: 'correct it' },
  ...{ code: 'NOT_AN_OPTION', severity: 'error', ...over },
});

function draftOf(header: readonly string[], problems: readonly Partial<Problem>[], base = {}) {
  const draft = new ProfileDraft(base);
  draft.addTable('a.csv', null, describeHeaders({ header }));
  for (const each of problems) draft.addProblem(problem(each));
  return draft.drafted();
}

describe('the draft of a profile', () => {
  it('has each header that is not the name of its column; unknown and second ones are null', () => {
    const { profile, open } = draftOf(['accountNumber', 'Phone', 'TN', 'Shoe size', '', 'acountNme'], []);
    expect(profile.headers).toEqual({ Phone: 'phoneNumber', TN: null, 'Shoe size': null, acountNme: null });
    expect(profile.$notes).toEqual([
      expect.stringContaining('Fill in each "?"'),
      '"TN" is not used: "Phone" is phoneNumber already.',
      '"acountNme" is not known; did you mean accountName?',
    ]);
    expect(open).toBe(0);
  });

  it('asks what texts stand for, the most frequent first, and no text twice', () => {
    const texts = ['Gold', 'Silver', 'silver', 'Silver', 'Lead'];
    const values = { userProductPlan: { LEAD: 'STANDARD' } };
    const problems = texts.map((value) => ({ column: 'userProductPlan', value }));
    const { profile, open } = draftOf(['Plan'], problems, { values });
    expect(Object.entries(profile.values?.userProductPlan ?? {})).toEqual([
      ['LEAD', 'STANDARD'],
      ['Silver', '?'],
      ['Gold', '?'],
    ]);
    expect(open).toBe(2);
  });

  it('asks for no translation of a column that holds something else: too many texts', () => {
    const problems = Array.from({ length: 500 }, (_, n) => ({
      column: 'userProductPlan',
      value: `Plan ${n}`,
    }));
    const { profile } = draftOf(['Plan'], problems);
    expect(profile.values).toEqual({});
    expect(profile.$notes?.join(' ')).toContain('userProductPlan has more than 60 different texts');
  });

  it('asks for defaults where one value can be right for all rows, for others only names what is missing', () => {
    const code = 'MISSING_COLUMN' as const;
    const missing = ['timeZone', 'accountName', 'product'].map((column) => ({ code, column }));
    const { profile } = draftOf(['SIP Trunk Name'], missing, { defaults: { timeZone: 'US/Pacific' } });
    // a trunk needs its length of extensions and its calls
    expect(profile.defaults).toEqual({
      ...{ product: '?', extensionLength: '?', concurrentCalls: '?', timeZone: 'US/Pacific' },
    });
    expect(profile.$notes).toContain('No header is accountName, which rows need.');
  });

  it('has words for nothing, in one spelling, and never what stands in a column of secrets', () => {
    const code = 'PLACEHOLDER' as const;
    const problems = ['N/A', 'n/a', 'TBD'].map((value) => ({ code, column: 'extension', value }));
    const { profile } = draftOf(['Ext'], [...problems, { code, column: 'sipPassword', value: '(hidden)' }], {
      blank: ['tbd', 'none'],
    });
    expect(profile.blank).toEqual(['tbd', 'none', 'N/A']);
  });

  it('does not say for all sheets what the profile says of one', () => {
    const sheets = { Lines: { headers: { Main: 'phoneNumber', Rep: null } } } as const;
    const draft = new ProfileDraft({ sheets });
    const headers = describeHeaders(
      { header: ['Main', 'Rep', 'Shoe size'] },
      { Main: 'phoneNumber', Rep: null },
    );
    draft.addTable('a.xlsx', 'Lines', headers);
    expect(draft.drafted().profile).toMatchObject({ headers: { 'Shoe size': null }, sheets });
    expect(Object.keys(draft.drafted().profile.headers ?? {})).toEqual(['Shoe size']);
  });

  it('asks whether new users are mailed at once, where they can be', () => {
    const { profile, open } = draftOf(['E-mail'], []);
    expect(profile.headers).toEqual({ 'E-mail': 'emailAddress' });
    expect([profile.defaults, open]).toEqual([{ blockEmail: '?' }, 1]);
    expect(profile.$notes?.[1]).toContain('keeps the platform from mailing each new user at once');
    expect(draftOf(['E-mail', 'blockEmail'], []).open).toBe(0);
    expect(draftOf(['E-mail'], [], { defaults: { blockEmail: 'TRUE' } }).open).toBe(0);
  });

  it('keeps all that the profile said before', () => {
    const base = {
      ...{
        $schema: './s.json',
        headers: { Old: 'city' },
        defaults: {},
        values: {},
        distinct: ['accountNumber'],
      },
      ...{ options: { concurrency: 3 } },
    };
    const { profile } = draftOf(['old', 'ZIP'], [], base);
    expect(profile).toEqual({
      ...{ $schema: './s.json', headers: { Old: 'city', ZIP: 'postalCode' }, defaults: {}, values: {} },
      ...{ distinct: ['accountNumber'], options: { concurrency: 3 } },
    });
  });
});

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StopError } from '../errors.js';
import { nearest } from './cells/nearest.js';
import { COLUMN_NAMES, type ColumnName, columnOf, SECRET_COLUMNS } from './columns.js';
import type { HeaderNames } from './headers.js';
import type { Skip } from './left-out.js';
import { PRODUCT_NAMES, type Product } from './products.js';

/** The columns of which a profile may say that nearly the same values are different ones. */
const DISTINCT_COLUMNS = ['accountNumber'] as const satisfies readonly ColumnName[];
export type DistinctColumn = (typeof DISTINCT_COLUMNS)[number];

/** What holds for one worksheet or file; it comes before what the profile says of all. */
type SheetProfile = { readonly product?: Product } & Partial<
  Pick<Profile, 'headers' | 'defaults' | 'values' | 'blank' | 'skip'>
>;

/** What a customer's own sheets need, from a JSON file; all parts may be left out of the file. */
export interface Profile {
  /** their header names; null: ignore that column */
  readonly headers: HeaderNames;
  /** texts for blank cells, by column */
  readonly defaults: Partial<Record<ColumnName, string>>;
  /** their texts and what each stands for, by column: `{ "timeZone": { "MST": "US/Mountain" } }` */
  readonly values: Partial<Record<ColumnName, Record<string, string | null>>>;
  /** texts that count as blank */
  readonly blank: readonly string[];
  /** rows that are left out, by a header of theirs or a column of ours */
  readonly skip: Skip;
  /** what holds for one worksheet or file, in the order of reading; null: it is not read */
  readonly sheets: Readonly<Record<string, SheetProfile | null>>;
  /** columns whose values may differ in capitals or leading zeros only */
  readonly distinct: readonly DistinctColumn[];
  /** long options of the command line, without the dashes */
  readonly options: Record<string, string | number | boolean>;
}

const PARTS = [
  'headers',
  'defaults',
  'values',
  'blank',
  'skip',
  'sheets',
  'distinct',
  'options',
] as const satisfies readonly (keyof Profile)[];
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const asText = scalar.transform(String);

function unknownName(what: string, given: string, names: readonly string[]): string {
  const meant = nearest(given, names);
  return `"${given}" is not ${what}${meant === null ? '' : `; did you mean ${meant}?`}`;
}

/** An object that has only these keys; the error for another one suggests the nearest. */
function only<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownName(what, key, Object.keys(shape))).join('. ')
        : undefined,
  });
}

function optional<Name extends string, T extends z.ZodType>(names: readonly Name[], type: T) {
  return Object.fromEntries(names.map((name) => [name, type.optional()])) as Record<Name, z.ZodOptional<T>>;
}

/**
 * Why a column has neither a default nor translations: all rows would share the secret, and it would stand in files.
 * Null for a column that may have them.
 */
export function secretRefused(
  column: ColumnName,
): { readonly message: string; readonly hint: string } | null {
  if (!SECRET_COLUMNS.has(column)) return null;
  return {
    message: `${column} is a secret of one row; it cannot be given for all rows`,
    hint:
      columnOf(column).default === 'generated'
        ? `Give ${column} in the sheet, or leave it blank to have one generated for each row.`
        : `Give ${column} in the sheet.`,
  };
}

function refuseSecrets(given: object, context: z.core.$RefinementCtx): void {
  for (const column of Object.keys(given) as ColumnName[]) {
    const refused = secretRefused(column);
    if (refused !== null)
      context.addIssue({ code: 'custom', path: [column], message: `${refused.message}. ${refused.hint}` });
  }
}

/** As `optional`, of the columns, each with what it is. */
function byColumn<T extends z.ZodType>(type: T) {
  const described = COLUMN_NAMES.map((name) => [name, type.optional().describe(columnOf(name).help)]);
  return Object.fromEntries(described) as Record<ColumnName, z.ZodOptional<T>>;
}

function profileSchema(optionNames: readonly string[]) {
  const column = z.enum(COLUMN_NAMES, {
    error: ({ input }) => unknownName('a column', String(input), COLUMN_NAMES),
  });
  const distinct = z.enum(DISTINCT_COLUMNS, {
    error: ({ input }) =>
      `"${input}" is not a column that can be distinct (${DISTINCT_COLUMNS.join(', ')} can)`,
  });
  const headers = z
    .record(z.string(), column.nullable())
    .describe('their header names, and the column that each is; null: ignore it');
  const defaults = only('a column', byColumn(asText))
    .superRefine(refuseSecrets)
    .describe('what a blank cell of a column means; "?": to be filled in, it says nothing yet');
  const values = only('a column', byColumn(z.record(z.string(), asText.nullable())))
    .superRefine(refuseSecrets)
    .describe(
      'by column: a text of theirs, and what it stands for; null: a blank cell; "?": to be filled in, it says nothing yet',
    );
  const blank = z.array(asText).describe('texts that count as blank, such as N/A');
  const skip = z
    .record(z.string(), z.array(asText))
    .describe('by a header of theirs or a column: texts whose rows are left out; * stands for anything');
  const product = z.enum(PRODUCT_NAMES, {
    error: ({ input }) => unknownName('a product', String(input), PRODUCT_NAMES),
  });
  const sheet = only('a part of what a profile says of one sheet', {
    product: product.optional().describe('the product of rows that name none'),
    headers: headers.optional(),
    defaults: defaults.optional(),
    values: values.optional(),
    blank: blank.optional(),
    skip: skip.optional(),
  });
  return only('a part of a profile', {
    // for editors, which complete a file that names its schema
    $schema: z.string().optional(),
    $notes: z.array(z.string()).optional().describe('for people; not read'),
    headers: headers.default({}),
    defaults: defaults.prefault({}),
    values: values.prefault({}),
    blank: blank.default([]),
    skip: skip.default({}),
    sheets: z
      .record(z.string(), sheet.nullable())
      .default({})
      .describe(
        'by the name of a worksheet or file, in the order of reading: what holds for it; null: not read',
      ),
    distinct: z
      .array(distinct)
      .default([])
      .describe('columns whose values may differ by capitals or leading zeros alone'),
    options: only('an option', optional(optionNames, scalar))
      .prefault({})
      .describe('long options of the command line, without the dashes'),
  });
}

/** The JSON schema of a profile; `optionNames` as for `readProfile`. */
export function profileJsonSchema(optionNames: readonly string[]): object {
  return z.toJSONSchema(profileSchema(optionNames), { io: 'input', target: 'draft-7' });
}

/**
 * Reads a profile.
 *
 * @param path the JSON file
 * @param optionNames the long options that a profile may set, without the dashes
 * @throws StopError when the file cannot be read, is not JSON, or names what does not exist (the nearest name is said)
 */
export async function readProfile(path: string, optionNames: readonly string[]): Promise<Profile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing ? `There is no profile ${path}.` : `The profile ${path} cannot be read.`;
    throw new StopError('PROFILE_INVALID', message, 'Check the path after --profile.', { cause });
  }
  return checkedProfile(profileJson(text, path), path, optionNames);
}

/**
 * What the text of a profile holds, whatever that is.
 * @param path what messages call it
 * @throws StopError `PROFILE_INVALID` where it is not JSON
 */
export function profileJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new StopError(
      'PROFILE_INVALID',
      `${path} is not JSON: ${(cause as Error).message}`,
      'Check quotes, commas and braces near that place.',
      { cause },
    );
  }
}

/**
 * The profile that a value is.
 *
 * @param json as in a file
 * @param path what messages call it
 * @param optionNames as for {@link readProfile}
 * @throws StopError `PROFILE_INVALID`
 */
export function checkedProfile(json: unknown, path: string, optionNames: readonly string[]): Profile {
  const parsed = profileSchema(optionNames).safeParse(json);
  if (parsed.success) {
    const { $schema: _, $notes: _notes, ...profile } = parsed.data;
    return profile as Profile;
  }
  const problems = parsed.error.issues.map((issue) => {
    const message =
      issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    return issue.path.length === 0 ? message : `${issue.path.join(' → ')}: ${message}`;
  });
  const hint = `A profile has the parts ${PARTS.join(', ')}; columns have the names of the template.`;
  throw new StopError('PROFILE_INVALID', `${path}: ${problems.join('. ')}`, hint);
}

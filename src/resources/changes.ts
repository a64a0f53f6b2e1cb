import type { Json, JsonObject } from '../journal/journal.js';
import { isBlank, isGroup, same } from './compare.js';

/** A field of something on the platform: what it was, and what it is to be. null stands for no value. */
export type Change = {
  /** as the platform names it, such as `timeZone` or `directoryListing.type` */
  readonly field: string;
  readonly from: Json;
  readonly to: Json;
};

/** What tells the forms of an object apart, where it has several. */
const FORM = '@type';

/**
 * What has to change for the fields that `stated` has a value for. A field that is not answered has no value: only of
 * something that was read whole is that so. An object of another form is one change, since the fields of the two forms
 * do not mix.
 */
export function changesOf(stated: object, now: object): Change[] {
  const changes: Change[] = [];
  collect('', stated, now);
  return changes;

  function collect(path: string, wanted: object, found: object): void {
    for (const [name, value] of Object.entries(wanted)) {
      if (value === undefined) continue;
      const field = path === '' ? name : `${path}.${name}`;
      const current: unknown = (found as Record<string, unknown>)[name] ?? null;
      if (!isGroup(value)) {
        if (!sameValue(name, value, current)) changes.push({ field, from: json(current), to: json(value) });
        continue;
      }
      const form = formOf(value);
      const group = isGroup(current) ? current : {};
      if (form !== undefined && form !== formOf(group))
        changes.push({ field, from: json(current), to: json(value) });
      else collect(field, value, group);
    }
  }
}

/** Whether a field is as it was to be; a change of a whole object is looked through. */
export function isAs({ field }: Change, value: Json, now: object): boolean {
  const current = valueAt(now, field);
  if (isGroup(value)) return isGroup(current) && changesOf(value, current).length === 0;
  return sameValue(nameOf(field), value, current);
}

/** The fields of a change, from the outermost on, which are sent whole: what is there with the changes in it. */
export function fieldsWith(changes: readonly { readonly field: string; readonly to: Json }[], now: object) {
  const fields: Record<string, Json> = {};
  for (const { field, to } of changes) {
    const [top = '', ...inner] = field.split('.');
    fields[top] = withValue(fields[top] ?? json((now as Record<string, unknown>)[top] ?? null), inner, to);
  }
  return fields as JsonObject;
}

/** All of something that is there, with fields of it changed, for a call that replaces it: what has no value is left out. */
export function wholeWith(now: object, fields: JsonObject): JsonObject {
  return withoutNulls({ ...(now as JsonObject), ...fields });
}

/** The outermost name of a field. */
export function topOf({ field }: { readonly field: string }): string {
  return field.split('.', 1)[0] ?? field;
}

/** What has no value is the same whatever stands for that; a switch without a value is off. */
function sameValue(name: string, wanted: unknown, current: unknown): boolean {
  if (isBlank(current)) return isBlank(wanted) || wanted === false;
  return !isBlank(wanted) && same(name, wanted, current);
}

function valueAt(now: object, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((value, name) => (isGroup(value) ? (value as JsonObject)[name] : null) ?? null, now);
}

function withValue(value: Json, path: readonly string[], to: Json): Json {
  const [name, ...inner] = path;
  if (name === undefined) return to;
  const group = isGroup(value) ? (value as JsonObject) : {};
  return { ...group, [name]: withValue(group[name] ?? null, inner, to) };
}

function withoutNulls(value: JsonObject): JsonObject {
  const entries = Object.entries(value).flatMap(([name, each]): [string, Json][] => {
    if (each === null || each === undefined) return [];
    return [[name, isGroup(each) ? withoutNulls(each as JsonObject) : each]];
  });
  return Object.fromEntries(entries);
}

function formOf(group: object): unknown {
  return (group as Record<string, unknown>)[FORM];
}

function nameOf(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1);
}

/** A value as JSON keeps it: without what is undefined. */
function json(value: unknown): Json {
  return typeof value === 'object' && value !== null
    ? (JSON.parse(JSON.stringify(value)) as Json)
    : (value as Json);
}

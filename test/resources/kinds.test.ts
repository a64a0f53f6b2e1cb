import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { KIND_NAMES } from '../../src/plan/resource.js';
import { KINDS, undoWaves } from '../../src/resources/kinds.js';

const ROOT = new URL('../../', import.meta.url);
const pathOf = (file: string) => fileURLToPath(new URL(file, ROOT));

/** What is asked of a kind: each of them left out in turn. */
const PARTS = [
  ...['title', 'idColumn', 'settingOf', 'referenceType', 'writes', 'bringAbout', 'find', 'read', 'stated'],
  ...['update', 'takeBack', 'dryRun', 'waitsFor'],
];

/** A file of the program in which one kind after the other lacks a part. */
const HOLES = `import type { Kind } from './kind.js';
import { device } from './device.js';
type AKind = typeof device extends Kind<infer Now, infer Identity> ? Kind<Now, Identity> : never;
${PARTS.map((part) => `export const no_${part}: AKind = (({ ${part}: _, ...rest }: AKind) => rest)(device);`).join('\n')}
`;

/** The messages of the compiler for a program with another kind in its list, and with kinds that lack a part. */
function compileErrors(): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(pathOf('tsconfig.build.json'), ts.sys.readFile).config,
    ts.sys,
    pathOf('.'),
  );
  const list = readFileSync(pathOf('src/plan/resource.ts'), 'utf8');
  const longer = list.replace("  'device',\n]", "  'device',\n  'doorbell',\n]");
  expect(longer).not.toBe(list);
  const changed = new Map([
    [pathOf('src/plan/resource.ts'), longer],
    [pathOf('src/resources/holes.ts'), HOLES],
  ]);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => changed.get(path) ?? readFile(path);
  host.fileExists = (path) => changed.has(path) || fileExists(path);
  host.getSourceFile = (path, version) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, version);
  };
  const files = [pathOf('src/resources/kinds.ts'), pathOf('src/resources/holes.ts')];
  const program = ts.createProgram(files, { ...options, noEmit: true }, host);
  return files
    .flatMap((file) => program.getSemanticDiagnostics(program.getSourceFile(file)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the table of kinds', () => {
  it('has every kind that a plan can name', () => {
    expect(Object.keys(KINDS)).toEqual([...KIND_NAMES]);
  });

  it('deletes what hangs on something before it, and every object', () => {
    const waves = undoWaves();
    expect(waves).toEqual([
      ['portAssignment', 'device'],
      ['portOrder'],
      ['number'],
      ['user', 'huntGroup', 'sipTrunk'],
      ['businessLine'],
      ['voicemailBox'],
      ['account'],
    ]);
    const objects = KIND_NAMES.filter((name) => KINDS[name].settingOf === null);
    expect(waves.flat().toSorted()).toEqual([...objects].sort());
  });

  it('does not compile without a kind that a plan names, or with one that lacks a part', () => {
    const errors = compileErrors();
    expect(errors.filter((each) => /'doorbell' is missing/.test(each))).toHaveLength(1);
    for (const part of PARTS)
      expect(
        errors.filter((each) => each.includes(`'${part}' is missing`)),
        part,
      ).toHaveLength(1);
    expect(errors).toHaveLength(1 + PARTS.length);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNUSUAL, UsualCell, UsualText } from '../../src/sheet/xlsx/usual-xml.js';
import { textRow, workbook } from '../fixtures/workbook.js';
import { readAll, withKind, workspace } from './reading.js';

const { file } = workspace();

describe('the usual form of a cell', () => {
  const read = (xml: string) => {
    const cell = new UsualCell();
    const end = cell.read(`<x>${xml}<y/>`, 3);
    if (end === UNUSUAL) return 'unusual';
    const { column, style, type, number, text } = cell;
    return { rest: xml.slice(end - 3), column, style, type, value: type === 's' ? number : text };
  };

  it.each([
    ['<c r="A1" t="s"><v>0</v></c>', { column: 0, style: 0, type: 's', value: 0 }],
    ['<c r="AB12" s="3" t="s"><v>1048</v></c>', { column: 27, style: 3, type: 's', value: 1048 }],
    ['<c r="XFD9"><v>18015551212</v></c>', { column: 16_383, style: 0, type: 'n', value: '18015551212' }],
    ['<c t="n" s="12" r="B2"><v>0</v></c>', { column: 1, style: 12, type: 'n', value: '0' }],
    ['<c t="str"><v>Łódź 😀</v></c>', { column: -1, style: 0, type: 'str', value: 'Łódź 😀' }],
    ['<c r="C1" t="inlineStr"><is><t>x</t></is></c>', { column: 2, style: 0, type: 'str', value: 'x' }],
    [
      '<c r="C1" t="inlineStr"><is><t xml:space="preserve"> x </t></is></c>',
      { column: 2, style: 0, type: 'str', value: ' x ' },
    ],
  ])('%s', (xml, expected) => {
    expect(read(xml)).toEqual({ ...expected, rest: '' });
  });

  it.each(['<c r="D4"/>', '<c r="D4" s="2"/>'])('%s is blank', (xml) => {
    expect(read(xml)).toMatchObject({ column: 3, type: 'blank', rest: '' });
  });

  it.each([
    ...[
      '<c r="A1" ><v>1</v></c>',
      "<c r='A1'><v>1</v></c>",
      '<c r="a1"><v>1</v></c>',
      '<c r="1"><v>1</v></c>',
    ],
    ...['<c r="A"><v>1</v></c>', '<c r="AAAA1"><v>1</v></c>', '<c r="A1" cm="1"><v>1</v></c>', '<c></c>'],
    ...['<c><v></v></c>', '<c><v>1.5</v></c>', '<c><v>-1</v></c>', '<c><v>007</v></c>', '<c><v>1E3</v></c>'],
    ...[
      '<c><v>1234567890123456</v></c>',
      '<c><v> 1</v></c>',
      '<c t="s"><v>x</v></c>',
      '<c s=""><v>1</v></c>',
    ],
    ...[
      '<c><f>A1</f><v>1</v></c>',
      '<c t="b"><v>1</v></c>',
      '<c t="e"><v>#N/A</v></c>',
      '<c t="d"><v>1</v></c>',
    ],
    ...['<c t="str"><v>a&amp;b</v></c>', '<c t="str"><v>a_x000D_</v></c>', '<c t="str"><v>a\r\n</v></c>'],
    ...['<c t="str"><v><![CDATA[a]]></v></c>', '<c t="inlineStr"><is><r><t>a</t></r></is></c>'],
    ...[
      '<c t="inlineStr"><is><t>a</t><t>b</t></is></c>',
      '<c t="str"><v>a</v><f>1</f></c>',
      '<col min="1"/>',
    ],
  ])('%s is left to the parser', (xml) => {
    expect(read(xml)).toBe('unusual');
  });

  it.each([
    '<c r="AB12" s="3" t="s"><v>1048</v></c>',
    '<c r="C1" t="inlineStr"><is><t xml:space="preserve">x y</t></is></c>',
  ])('%s is left to the parser when it ends too soon, wherever', (xml) => {
    for (let end = 2; end < xml.length; end += 1)
      expect(new UsualCell().read(xml.slice(0, end), 0), xml.slice(0, end)).toBe(UNUSUAL);
  });
});

describe('the usual form of a shared text', () => {
  const read = (xml: string) => {
    const text = new UsualText();
    return text.read(xml, 0) === xml.length ? text.text : UNUSUAL;
  };

  it('is one run of text without escapes', () => {
    expect(read('<si><t>a b</t></si>')).toBe('a b');
    expect(read('<si><t xml:space="preserve"> é </t></si>')).toBe(' é ');
    expect(read('<si><t></t></si>')).toBe('');
  });

  it.each([
    ...['<si><r><t>a</t></r></si>', '<si><t>a&lt;</t></si>', '<si><t>a</t><rPh sb="0" eb="1"/></si>'],
    ...['<si/>', '<si><t/></si>', '<sst><si>', '<si><t>a_x0041_</t></si>', '<si><t>a</t></s'],
  ])('%s is left to the parser', (xml) => {
    expect(read(xml)).toBe(UNUSUAL);
  });
});

/** Cells of all kinds of forms, with `@` for their reference. */
const FORMS = [
  ...['<c r="@" t="s"><v>0</v></c>', '<c r="@" t="s"><v>1</v></c>', '<c r="@" t="s" s="1"><v>2</v></c>'],
  ...['<c r="@"><v>18015551212</v></c>', '<c r="@" s="1"><v>44000</v></c>', '<c r="@" s="2"><v>801</v></c>'],
  ...['<c r="@"><v>1.80E+10</v></c>', '<c r="@"><v>12345678901234567</v></c>', '<c r="@" t="b"><v>1</v></c>'],
  ...['<c r="@" t="str"><v> a b\u00a0</v></c>', '<c r="@" t="str"><v>a&amp;b</v></c>', '<c r="@"/>'],
  ...['<c r="@" t="inlineStr"><is><t>“q” 😀</t></is></c>', '<c r="@" t="e"><v>#N/A</v></c>', ''],
  ...['<c r="@" s="3"><v>12</v></c>', '<c r="@" s="4"><v>12</v></c>', '<c r="@" t="str" s="3"><v>x</v></c>'],
  ...[
    '<c r="@" t="s" s="5"><v>0</v></c>',
    '<c r="@" t="str" s="5"><v>x</v></c>',
    '<c r="@" s="5"><v>7</v></c>',
  ],
  ...['<c r="@"><f>1+1</f></c>', '<c r="@"><f>1+1</f><v>2</v></c>', '<c r="@" t="n"><v>0</v></c>'],
];
const STRINGS = [
  '<si><t>one</t></si>',
  '<si><r><t>t</t></r><r><t>wo</t></r></si>',
  '<si><t> x_x0041_ </t></si>',
];
const STYLES =
  '<numFmts><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="&quot;A-&quot;00"/>' +
  '<numFmt numFmtId="166" formatCode="0;-0;0;&quot;T-&quot;@"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>' +
  '<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="11"/><xf numFmtId="166"/></cellXfs>';

describe('a worksheet', () => {
  it('reads the same whether its cells have the usual form or a blank before each', async () => {
    const form = fc.constantFrom(...FORMS);
    const read = async (name: string, rows: readonly (readonly string[])[], before: string) => {
      const cells = (row: readonly string[], number: number) =>
        row.map((xml, i) => before + xml.replace('@', `${'ABCD'[i]}${number}`)).join('');
      const body = rows.map((row, i) => `<row r="${i + 2}">${cells(row, i + 2)}</row>`).join('');
      const sheets = [{ rows: textRow(1, ['a', 'b', 'c', 'd']) + body }];
      const strings = STRINGS.map((each) => before + each).join('');
      const path = file(name, workbook({ sheets, strings, styles: STYLES }));
      const { tables } = await readAll(path);
      return tables[0]?.rows.map((row) => [
        row.number,
        ...row.cells.map((cell, i) => [withKind(cell, row.kinds?.[i]), row.others?.[i]]),
      ]);
    };
    const rows = fc.array(fc.tuple(form, form, form, form), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rows, async (sheet) => {
        expect(await read('usual.xlsx', sheet, '')).toEqual(await read('blanks.xlsx', sheet, '\n '));
      }),
      { numRuns: 60 },
    );
  });
});

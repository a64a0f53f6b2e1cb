import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { XmlScanner } from '../../src/sheet/xlsx/xml.js';

type Event = readonly unknown[];

/** The events of a text given in pieces; texts that follow each other are one. */
function scan(...pieces: string[]): Event[] {
  const events: Event[] = [];
  const scanner = new XmlScanner({
    open: (name, attributes) => events.push(['open', name, { ...attributes }]),
    text: (text) => addText(events, text),
    close: (name) => events.push(['close', name]),
  });
  for (const piece of pieces) scanner.write(piece);
  scanner.end();
  return events;
}

/** The events of a general parser, but for the text outside the root. */
function saxes(text: string): Event[] {
  const events: Event[] = [];
  let depth = 0;
  const parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  const tell = (piece: string): void => {
    if (depth > 0) addText(events, piece);
  };
  parser.on('opentag', (tag) => {
    depth += 1;
    events.push(['open', tag.name.replace(/^.*:/, ''), { ...tag.attributes }]);
  });
  parser.on('text', tell);
  parser.on('cdata', tell);
  parser.on('closetag', (tag) => {
    depth -= 1;
    events.push(['close', tag.name.replace(/^.*:/, '')]);
  });
  parser.write(text).close();
  return events;
}

function addText(events: Event[], text: string): void {
  const last = events.at(-1);
  if (text === '') return;
  if (last?.[0] === 'text') events[events.length - 1] = ['text', `${last[1]}${text}`];
  else events.push(['text', text]);
}

const DOCUMENT =
  '\ufeff<?xml version="1.0"?>\n<!-- a > b -->\n<x:sheet xmlns:x="m" a=\'"&gt;\' b = "1>0">text &amp; &#x41;&#66;\r\n' +
  '<c r="A1" s="2"/><c  r="B1"\n>é𝄞</c ><![CDATA[<raw> & ]]>]<e></e><?pi x?></x:sheet>\n<!-- end -->';

describe('the XML scanner', () => {
  it('agrees with a general parser, wherever the text is cut', () => {
    const text = DOCUMENT.slice(1);
    const expected = saxes(text);
    expect(scan(text)).toEqual(expected);
    expect(scan(...text)).toEqual(expected);
    for (let cut = 1; cut < text.length; cut += 1)
      expect(scan(text.slice(0, cut), text.slice(cut)), `cut at ${cut}`).toEqual(expected);
  });

  it('agrees with a general parser on any tree', () => {
    const name = fc.constantFrom('row', 'c', 'v', 'x:is', 't');
    const text = fc.string({ unit: fc.constantFrom(...'ab <>&"\'\n]é'), maxLength: 6 }).map(escapeXml);
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.tuple(name, text, fc.array(tie('node'), { maxLength: 4 })).map(([tag, value, children]) => {
          const attributes = value === '' ? '' : ` r="${value.replaceAll('\n', ' ')}"`;
          return children.length === 0
            ? `<${tag}${attributes}/>`
            : `<${tag}${attributes}>${children.join('')}</${tag}>`;
        }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(tree.node), fc.nat(), (nodes, at) => {
        const document = `<root>${nodes.join('')}</root>`;
        const cut = at % document.length;
        expect(scan(document.slice(0, cut), document.slice(cut))).toEqual(saxes(document));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['nothing', ''],
    ['no element', 'text'],
    ['an element left open', '<a><b></b>'],
    ['tags that cross', '<a><b></a></b>'],
    ['a longer name at the end', '<a></ab>'],
    ['a second root', '<a/><b/>'],
    ['text behind the end', '<a/>x'],
    ['a tag cut off', '<a><b'],
    ['an attribute without quotes', '<a b=1/>'],
    ['an attribute without value', '<a b/>'],
    ['a tag without a name', '<a>< b/></a>'],
    ['an unknown entity', '<a>&x;</a>'],
    ['an entity without end', '<a>a & b</a>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a/>'],
  ])('refuses %s', (_, text) => {
    expect(() => scan(text)).toThrow();
  });
});

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('>', '&gt;');
}

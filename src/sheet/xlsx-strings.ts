import { keepable } from './cell-text.js';
import { UNUSUAL, UsualText } from './usual-xml.js';
import { decodeEscapes, readXml } from './xml.js';

/** The table of a workbook's shared texts, rich text flattened, without phonetic guides. */
export async function readSharedStrings(bytes: AsyncIterable<Buffer>, title: string): Promise<string[]> {
  const strings: string[] = [];
  let current = '';
  let inText = false;
  let inPhonetic = false;
  const usual = new UsualText();
  await readXml(
    bytes,
    {
      whole(xml, at) {
        const end = usual.read(xml, at);
        if (end !== UNUSUAL) strings.push(keepable(usual.text));
        return end;
      },
      open(name) {
        if (name === 't') inText = !inPhonetic;
        else if (name === 'rPh') inPhonetic = true;
        else if (name === 'si') current = '';
      },
      text(text) {
        if (inText) current += text;
      },
      close(name) {
        if (name === 't') inText = false;
        else if (name === 'rPh') inPhonetic = false;
        else if (name === 'si') strings.push(keepable(decodeEscapes(current)));
      },
    },
    title,
  );
  return strings;
}

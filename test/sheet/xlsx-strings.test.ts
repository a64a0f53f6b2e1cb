import { describe, expect, it } from 'vitest';
import { SharedTexts } from '../../src/sheet/xlsx/strings.js';

describe('shared texts', () => {
  it('come back by their index, early and late, short and long, in any script', () => {
    const odd = ['', 'é', '漢字', '😀', 'a\u0000b', 'x'.repeat(32_767), '\u20ac'.repeat(400_000)];
    const texts = Array.from({ length: 30_000 }, (_, i) => `${odd[i % 1000] ?? 'name'} ${i}`);
    // in UTF-8 three bytes a letter: many blocks, and some texts that fit none
    for (let i = 5000; i < 5100; i += 1) texts[i] = `${i} ${'\u20ac'.repeat(3000)}`;
    const shared = new SharedTexts();
    for (const text of texts) shared.add(text);
    const wrong = texts.findIndex((text, index) => shared.get(index) !== text);
    expect(wrong).toBe(-1);
    for (const index of [30_000, 30_001, 40_000, -1, Number.NaN, 1.5, 5000.5])
      expect(shared.get(index)).toBeUndefined();
  });

  it('are none at first', () => {
    expect(new SharedTexts().get(0)).toBeUndefined();
  });
});

// Write partygroup/people/stroke_order.txt: every Chinese character in surname-stroke order (domain.md 16).
// Few strokes first; equal counts by the types of the strokes in writing order, 横 竖 撇 点 折; then as CLDR has it.
// Counts come from CLDR's stroke collation; counts and types of the 6,900 common characters from cnchar-order (MIT).
// Run by hand, when ICU learns new characters:
//   npm install --no-save cnchar cnchar-order && node tests/house/make_stroke_order.mjs
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const written = require('cnchar-order').dict.orders;
const TYPES = { j: 1, i: 1, f: 2, g: 2, s: 3, k: 4, l: 4, d: 4 };
const PER_LINE = 500;
const collator = new Intl.Collator('zh-u-co-stroke');

// CLDR marks the beginning of n strokes by U+FDD0 and U+2800 + n.
const marks = Array.from({ length: 70 }, (_, n) => '\uFDD0' + String.fromCharCode(0x2801 + n));
const countInCldr = (character) => marks.findIndex((mark) => collator.compare(character, mark) <= 0);
const count = (character) => written[character]?.length ?? countInCldr(character);
const types = (character) => [...(written[character] ?? '~')].map((letter) => (letter === '~' ? '6' : TYPES[letter] ?? 5)).join('');

const characters = [];
for (let code = 0x3007; code < 0x33480; code++) {
  const character = String.fromCodePoint(code);
  if (/^[\p{Unified_Ideograph}〇]$/u.test(character)) {
    characters.push({ character, code, count: count(character), types: types(character) });
  }
}
const byText = (a, b) => (a < b ? -1 : Number(a > b));
characters.sort(
  (a, b) => a.count - b.count || byText(a.types, b.types) || collator.compare(a.character, b.character) || a.code - b.code,
);
const lines = [];
for (let start = 0; start < characters.length; start += PER_LINE) {
  lines.push(characters.slice(start, start + PER_LINE).map((entry) => entry.character).join(''));
}
writeFileSync(new URL('../../partygroup/people/stroke_order.txt', import.meta.url), lines.join('\n') + '\n');

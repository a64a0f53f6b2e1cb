/** Where a hint is shown: beside the fields for texts, or on a page that is not the one of problems. */
type Where = 'problems' | 'elsewhere';

const IN_PROFILE = '"headers": \\{ "(?:[^"\\\\]|\\\\.)*": (?:"\\w+"|null) \\}(?: \\([^)]*\\))?';

/** What hints say to whoever has the command line and files, and how the same is done on the pages of a sheet. */
const WAYS: readonly (readonly [RegExp, string])[] = [
  [/ with --set \w+=…/, ': type BELOW what it is.'],
  [/ with --set \w+=([^ .]+)( \([^)]*\))?/, ': type $1 BELOW$2.'],
  [new RegExp(`say so in a profile: ${IN_PROFILE}`), 'say so under Headers'],
  [
    new RegExp(
      `Say in a profile what its texts stand for: "values": .*; if it is something else: ${IN_PROFILE}`,
    ),
    'Type BELOW what its texts stand for; if it is something else, say so under Headers',
  ],
  [
    new RegExp(`(?:Correct the profile|Say in a profile what it is): ${IN_PROFILE}`),
    'Say under Headers what it is',
  ],
  [new RegExp(`ignore it in a profile: ${IN_PROFILE}`), 'say under Headers that it is not used'],
  [new RegExp(`leave it out with ${IN_PROFILE} in a profile`), 'say under Headers that it is not used'],
  [
    /list the word under "blank" in a profile: it counts as blank then/,
    'tick "blank" beside it BELOW, for all cells that hold it',
  ],
  [/fill in "defaults": .*(?=\.$)/, 'say under Headers what its blank cells are'],
  [/fill in "values": .*(?=\.$)/, 'type BELOW what it stands for'],
  [/take that line out of the edits/, 'undo that in the list of changes below the rows'],
];

/** What to do about a problem, on the pages of a sheet: its tabs are called by their names. */
export function pageHint(hint: string, where: Where): string {
  let said = hint;
  for (const [words, instead] of WAYS) said = said.replace(words, instead);
  return said.replaceAll('BELOW', where === 'problems' ? 'below' : 'under Problems');
}

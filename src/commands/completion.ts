import { basename } from 'node:path';
import { StopError } from '../errors.js';
import type { OptionFacts } from '../options.js';
import { PRODUCT_NAMES } from '../records/products.js';
import type { Command, Run } from './command.js';
import { optionsOf, wordOf } from './option-facts.js';

/** What may stand somewhere: one of some words, a file, a directory, or what nobody can guess. */
type Offer = readonly string[] | 'files' | 'directories' | 'nothing';

/** What is asked for where the cursor is. */
interface Place {
  readonly name: string;
  readonly help: string;
  readonly offer: Offer;
  /** may be given several times */
  readonly repeats: boolean;
  readonly isFlag: boolean;
}

interface CommandPlaces {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Place[];
  /** the words that are no options; null when it takes none */
  readonly word: Offer | null;
}

const SHELLS: Readonly<Record<string, (commands: readonly CommandPlaces[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The `completion` command: a script for the shell, written from the tables of commands and options. */
export function completionOf(commands: readonly Command[]): Run {
  return async ({ words: [word] }, io) => {
    const shell = word ?? basename(io.env['SHELL'] ?? '');
    const script = SHELLS[shell];
    if (!script)
      throw new StopError(
        'SHELL_UNKNOWN',
        word === undefined ? 'Which shell is not known.' : `There is no completion for "${word}".`,
        `Name one of ${Object.keys(SHELLS).join(', ')}: alianza-import completion bash`,
      );
    const words: Readonly<Record<string, Offer>> = {
      'run-dir': 'directories',
      dir: 'directories',
      product: PRODUCT_NAMES.map((name) => name.toLowerCase().replaceAll('_', '-')),
      command: commands.map(({ name }) => name),
      'serve user': ['add', 'role', 'password', 'remove', 'list'],
      'serve key': ['add', 'remove', 'list'],
      shell: Object.keys(SHELLS),
      text: 'nothing',
    };
    await io.out(script(commands.map((command) => placesOf(command, words))));
    return 'done';
  };
}

function placesOf(command: Command, words: Readonly<Record<string, Offer>>): CommandPlaces {
  const { name, summary } = command;
  const word = wordOf(command);
  const options = [...optionsOf(command)].map(([option, facts]) => ({
    name: option,
    help: facts.help,
    offer: offerOf(facts),
    repeats: facts.type === 'list',
    isFlag: facts.type === 'flag',
  }));
  return { name, summary, options, word: word === null ? null : (words[name] ?? words[word] ?? 'files') };
}

function offerOf({ choices, value }: OptionFacts): Offer {
  if (choices) return choices;
  return value === 'FILE' ? 'files' : value === 'DIR' ? 'directories' : 'nothing';
}

/** The words that make another command of one: `user` and `key` after `serve`. */
function secondsOf(name: string, commands: readonly CommandPlaces[]): string[] {
  return commands.flatMap((each) =>
    each.name.startsWith(`${name} `) ? [each.name.slice(name.length + 1)] : [],
  );
}

/** A text between single quotes, as bash and zsh take it. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Also for the bash 3.2 of macOS, which completes file names wherever nothing else is offered. */
function bashScript(commands: readonly CommandPlaces[]): string {
  const offered = (offer: Offer) => {
    if (offer === 'files') return ':';
    if (offer === 'directories') return 'compopt -o dirnames +o default 2>/dev/null';
    if (offer === 'nothing') return 'compopt +o default 2>/dev/null';
    return `COMPREPLY=($(compgen -W ${quoted(offer.join(' '))} -- "$cur"))`;
  };
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ isFlag }) => !isFlag)
      .map((option) => `    ${quoted(name)}:--${option.name}) ${offered(option.offer)}; return ;;`),
  );
  const names = commands.map(({ name }) => name).filter((name) => !name.includes(' '));
  const started = commands.map(({ name }) => quoted(name.includes(' ') ? name : ` ${name}`));
  const options = commands.map((command) => {
    const flags = [...command.options.map(({ name }) => `--${name}`), '--help'];
    return `    ${quoted(command.name)}:-*) COMPREPLY=($(compgen -W ${quoted(flags.join(' '))} -- "$cur")) ;;`;
  });
  const words = commands.map(({ name, word }) => {
    const more = secondsOf(name, commands);
    const first = more.length === 0 ? '' : `COMPREPLY=($(compgen -W ${quoted(more.join(' '))} -- "$cur")); `;
    return `    ${quoted(name)}:*) ${first}${offered(word ?? 'nothing')} ;;`;
  });
  return `# bash completion of alianza-import: source <(alianza-import completion bash)
_alianza_import() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  COMPREPLY=()
  # --option=value comes as three words
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in ${started.join('|')}) command=\${command:+$command }$word ;; esac
  done
  case $command:$prev in
${values.join('\n')}
  esac
  case $command:$cur in
${options.join('\n')}
    :-*) COMPREPLY=($(compgen -W '--help --version --no-color' -- "$cur")) ;;
    :*) COMPREPLY=($(compgen -W ${quoted(names.join(' '))} -- "$cur")) ;;
${words.join('\n')}
  esac
}
complete -o default -F _alianza_import alianza-import
`;
}

function zshScript(commands: readonly CommandPlaces[]): string {
  // What a specification of _arguments takes for its own.
  const plain = (text: string) => text.replace(/[\\[\]:]/g, '\\$&');
  const offered = (offer: Offer) => {
    if (offer === 'files') return '_files';
    if (offer === 'directories') return '_files -/';
    return offer === 'nothing' ? ' ' : `(${offer.join(' ')})`;
  };
  const wordsOf = ({ name, word }: CommandPlaces) => {
    if (word === null) return [];
    const more = secondsOf(name, commands);
    const second = `{ (( CURRENT == 2 )) && compadd -- ${more.join(' ')}; ${offered(word)} }`;
    const what = word === 'directories' ? 'directory' : 'word';
    return [quoted(`*:${what}:${more.length === 0 ? offered(word) : second}`)];
  };
  const specifications = (command: CommandPlaces) => [
    ...command.options.map(({ name, help, offer, repeats, isFlag }) => {
      const value = isFlag ? '' : `:${plain(name)}:${offered(offer)}`;
      return quoted(`${repeats ? '*' : ''}--${name}${isFlag ? '' : '='}[${plain(help)}]${value}`);
    }),
    "'(- *)'{-h,--help}'[what it takes]'",
    ...wordsOf(command),
  ];
  const described = commands
    .filter(({ name }) => !name.includes(' '))
    .map(({ name, summary }) => `    ${quoted(`${name}:${plain(summary)}`)}`);
  const ofTwo = commands.map(({ name }) => name).filter((name) => name.includes(' '));
  const cases = commands.map(
    (command) =>
      `    ${quoted(command.name)}) _arguments \\\n      ${specifications(command).join(' \\\n      ')} ;;`,
  );
  return `#compdef alianza-import
# zsh completion of alianza-import: source <(alianza-import completion zsh), or as _alianza-import in a directory of fpath
_alianza_import() {
  local curcontext=$curcontext state line
  local -a commands
  typeset -A opt_args
  commands=(
${described.join('\n')}
  )
  _arguments -C \\
    '(- *)'{-h,--help}'[help]' '(- *)'{-V,--version}'[the version]' '--no-color[plain text]' \\
    '1:command:->command' '*::word:->rest'
  case $state in
    command) _describe command commands; return ;;
    rest) ;;
    *) return ;;
  esac
  local command=$line[1]
  case "$line[1] $words[2]" in
    ${ofTwo.map(quoted).join('|')}) if (( CURRENT > 2 )); then command="$line[1] $words[2]"; shift words; (( CURRENT-- )); fi ;;
  esac
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _alianza-import ]]; then _alianza_import "$@"; else compdef _alianza_import alianza-import; fi
`;
}

function fishScript(commands: readonly CommandPlaces[]): string {
  const text = (words: string) => `'${words.replace(/[\\']/g, '\\$&')}'`;
  const offered = (offer: Offer) => {
    if (offer === 'files') return ' -F';
    if (offer === 'directories') return " -f -a '(__fish_complete_directories)'";
    return offer === 'nothing' ? ' -f' : ` -f -a ${text(offer.join(' '))}`;
  };
  const ofTwo = commands.map(({ name }) => name).filter((name) => name.includes(' '));
  const line = (words: string) => `complete -c alianza-import ${words}`;
  const lines = commands.flatMap(({ name, summary, options, word }) => {
    const within = `-n '__alianza_import_is ${name}'`;
    const [start = '', second] = name.split(' ');
    const first = second === undefined ? 'none' : start;
    return [
      line(`-n '__alianza_import_is ${first}' -a ${second ?? name} -d ${text(summary)}`),
      ...(word === null || word === 'nothing' ? [] : [line(`${within}${offered(word)}`)]),
      ...options.map(({ name: option, help, offer, isFlag }) =>
        line(`${within} -l ${option}${isFlag ? '' : ` -r${offered(offer)}`} -d ${text(help)}`),
      ),
    ];
  });
  return `# fish completion of alianza-import: alianza-import completion fish | source
function __alianza_import_is -d 'whether that is the command; none: it is not typed yet'
  set -l found none
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    if test $found = none
      set found $word
    else
      contains -- "$found $word" ${ofTwo.map(text).join(' ')}; and set found "$found $word"
      break
    end
  end
  test "$argv" = "$found"
end
${line('-f')}
${line("-s h -l help -d 'help'")}
${line("-n '__alianza_import_is none' -s V -l version -d 'the version'")}
${lines.join('\n')}
`;
}

/**
 * The manual pages: tsrun(8), and one for each command, from the tables that also make the help and the parser.
 * What is more than a table, files and statuses, stands in `manual-prose.ts`.
 */
import { usageLine } from '../../src/cli/arguments.ts';
import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { globalTable } from '../../src/cli/global-options.ts';
import { helpOf, type Option } from '../../src/cli/option.ts';
import { compressed, type PackageFile } from './files.ts';
import { environment, examples, exitStatuses, files } from './manual-prose.ts';
import type { Release } from './release.ts';
import { bold, escaped, example, italic, item, paragraph, section } from './roff.ts';

/** All pages, as files of `share/man`. */
export function manualPages(release: Release): PackageFile[] {
  const pages = [
    { name: 'tsrun', text: programPage(commands, release) },
    ...commands.map((command) => ({
      name: `tsrun-${command.name}`,
      text: commandPage(command, commands, release),
    })),
  ];
  return pages.map(({ name, text }) => compressed(`share/man/man8/${name}.8`, text));
}

/** tsrun(8). */
export function programPage(commands: readonly Command[], release: Release): string {
  return page('tsrun', 'run containers from OCI bundles', release, [
    section('SYNOPSIS', [
      `${bold('tsrun')} [${italic('global options')}] ${italic('command')} [${italic('options')}] [${italic('arguments')}...]`,
    ]),
    section('DESCRIPTION', [
      paragraph(
        'tsrun runs containers from bundles of the OCI runtime specification, as root or as an ordinary user. Its command line is that of runc(8).',
      ),
    ]),
    section(
      'COMMANDS',
      commands.map(({ name, summary }) => item(reference(`tsrun-${name}`), sentence(summary))),
    ),
    section('GLOBAL OPTIONS', [
      paragraph('These stand before the command.'),
      ...optionItems(globalTable.options),
    ]),
    section('EXIT STATUS', items(exitStatuses)),
    section('FILES', items(files)),
    section('ENVIRONMENT', items(environment)),
    section(
      'EXAMPLES',
      examples.flatMap(({ text, lines }) => [paragraph(text), example(lines)]),
    ),
    section('SEE ALSO', [
      references([...commands.map(({ name }) => `tsrun-${name}(8)`), 'runc(8)', 'user_namespaces(7)']),
    ]),
  ]);
}

/** The page of one command. */
export function commandPage(command: Command, commands: readonly Command[], release: Release): string {
  const { name, summary, description, args, table, failureStatus } = command;
  const usage = usageLine(command)
    .slice('tsrun '.length + name.length)
    .trim();
  const others = commands.filter((other) => other !== command).map((other) => `tsrun-${other.name}(8)`);
  return page(`tsrun-${name}`, summary, release, [
    section('SYNOPSIS', [
      `${bold('tsrun')} [${italic('global options')}] ${bold(name)} ${escaped(usage)}`.trim(),
    ]),
    section('DESCRIPTION', [
      paragraph(
        [summary, description]
          .filter((text) => text !== undefined)
          .map(sentence)
          .join(' '),
      ),
    ]),
    ...(args.length === 0
      ? []
      : [
          section(
            'ARGUMENTS',
            args.map((argument) => item(italic(argument.name), sentence(helpOf(argument)))),
          ),
        ]),
    section('OPTIONS', optionItems(table.options)),
    ...(failureStatus === undefined
      ? []
      : [section('EXIT STATUS', [paragraph(`${failureStatus} if the command itself fails.`)])]),
    section('SEE ALSO', [references(['tsrun(8)', ...others])]),
  ]);
}

function page(
  name: string,
  summary: string,
  { version, epoch }: Release,
  sections: readonly string[],
): string {
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  const head = [
    `.TH "${escaped(name).toUpperCase()}" "8" "${date}" "tsrun ${escaped(version)}" "System Administration"`,
    '.nh',
    '.ad l',
    section('NAME', [`${escaped(name)} \\- ${escaped(summary)}`]),
  ];
  return `${[...head, ...sections].join('\n')}\n`;
}

function optionItems(options: readonly Option[]): string[] {
  return options
    .filter(({ hidden }) => hidden !== true)
    .map((option) => {
      const names = [`--${option.name}`, ...(option.short === undefined ? [] : [`-${option.short}`])];
      const value = option.type === 'flag' ? '' : ` ${italic(option.value ?? 'VALUE')}`;
      const choices =
        option.type === 'text' && option.choices ? ` One of: ${option.choices.join(', ')}.` : '';
      const again = option.type === 'list' ? ' May be given more than once.' : '';
      return item(
        names.map((each) => `${bold(each)}${value}`).join(', '),
        `${sentence(helpOf(option))}${choices}${again}`,
      );
    });
}

function items(entries: Readonly<Record<string, string>>): string[] {
  return Object.entries(entries).map(([tag, text]) => item(bold(tag), text));
}

function reference(name: string): string {
  return `${bold(name)}(8)`;
}

function references(names: readonly string[]): string {
  return [...names]
    .map((name) => /^(.*)\((\d)\)$/.exec(name))
    .map((match) => `${bold(match?.[1] ?? '')}(${match?.[2] ?? ''})`)
    .join(', ');
}

/** A word that is a name, such as process.json, stays as it is. */
function sentence(text: string): string {
  const begun = /^[a-z]+[ ,;:]/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

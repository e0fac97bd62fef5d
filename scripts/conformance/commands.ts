/** The commands and options of runc: which of them there are. */
import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { globalOptions } from '../../src/cli/global-options.ts';
import type { Option } from '../../src/cli/option.ts';
import { commandProofs, type Evidence } from '../../test/setup/proofs.ts';
import { runcCommands, runcGlobalOptions } from '../../test/setup/runtime-spec/runc-commands.ts';
import { code, links, table } from './evidence.ts';

/** Every command has these. */
const UNIVERSAL = ['help', 'version'];

export async function commandsSection(): Promise<string> {
  const rows = [...globalRows(), ...Object.keys(runcCommands).flatMap((name) => commandRows(name, commands))];
  const own = commands.filter(({ name }) => !Object.hasOwn(runcCommands, name)).map(({ name }) => code(name));
  return [`The commands ${own.join(', ')} are tsrun's own.`, table(['runc', 'status', 'tests'], rows)].join(
    '\n\n',
  );
}

/** Commands and options that work, and that no test stands for. */
export async function unprovenCommands(): Promise<string[]> {
  return Object.keys(runcCommands).filter(
    (name) => commands.some((command) => command.name === name) && !Object.hasOwn(commandProofs, name),
  );
}

function globalRows(): string[][] {
  return runcGlobalOptions.map((name) => {
    const status = UNIVERSAL.includes(name) ? 'implemented' : optionStatus(globalOptions, name);
    return [code(`--${name}`), status, cell(`--${name}`, '')];
  });
}

function commandRows(name: string, commands: readonly Command[]): string[][] {
  const command = commands.find((one) => one.name === name);
  const refused = commandProofs[name]?.remark;
  const status = command ? (refused ?? 'implemented') : 'missing';
  const head = [code(name), status, command ? cell(name, name) : ''];
  // Nothing more to say of the options of a command that refuses everything.
  if (!command || refused !== undefined) return [head];
  const options = (runcCommands[name] ?? []).map((option) => {
    const key = `${name} --${option}`;
    return [code(key), optionStatus(command.options, option), cell(key, name)];
  });
  return [head, ...options];
}

function optionStatus(options: readonly Option[], name: string): string {
  const option = options.find((one) => one.name === name);
  if (!option) return 'missing';
  return option.hidden ? 'accepted and ignored' : 'implemented';
}

function cell(key: string, above: string): string {
  const evidence: Evidence | undefined = commandProofs[key];
  if (evidence) return links(evidence);
  const inherited = commandProofs[above];
  if (!inherited) return '';
  return above === '' ? links(inherited) : `as ${code(above)}`;
}

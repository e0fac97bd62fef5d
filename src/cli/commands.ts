/** Which commands there are. */
import type { Command } from './command.ts';
import { checkpoint, restore } from './commands/checkpoint.ts';
import { completion } from './commands/completion.ts';
import { create } from './commands/create.ts';
import { remove } from './commands/delete.ts';
import { events } from './commands/events.ts';
import { exec } from './commands/exec.ts';
import { features } from './commands/features.ts';
import { help } from './commands/help.ts';
import { kill } from './commands/kill.ts';
import { list } from './commands/list.ts';
import { pause } from './commands/pause.ts';
import { plan } from './commands/plan.ts';
import { ps } from './commands/ps.ts';
import { resume } from './commands/resume.ts';
import { run } from './commands/run.ts';
import { spec } from './commands/spec.ts';
import { start } from './commands/start.ts';
import { state } from './commands/state.ts';
import { update } from './commands/update.ts';

/** In the order of the help. */
export const commands: readonly Command[] = [
  ...[spec, create, start, state, kill, remove, ps, pause, resume, update, events, list, run, exec],
  ...[checkpoint, restore, plan, features, completion, help],
];

export const commandNames: readonly string[] = commands.map(({ name }) => name);

const byName: ReadonlyMap<string, Command> = new Map([
  ...commands.map((command) => [command.name, command] as const),
  ['h', help],
]);

export function findCommand(name: string): Command | undefined {
  return byName.get(name);
}

/** A name as in the help; other names for a command do not count. */
export function isCommand(name: string): boolean {
  return commandNames.includes(name);
}

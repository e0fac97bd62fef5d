/** Which commands there are. Each is loaded when it is called. */
import type { Command } from './command.ts';

type Loader = () => Promise<Command>;

/** In the order of the help. */
const LOADERS: Readonly<Record<string, Loader>> = {
  spec: async () => (await import('./commands/spec.ts')).spec,
  create: async () => (await import('./commands/create.ts')).create,
  start: async () => (await import('./commands/start.ts')).start,
  state: async () => (await import('./commands/state.ts')).state,
  kill: async () => (await import('./commands/kill.ts')).kill,
  delete: async () => (await import('./commands/delete.ts')).remove,
  ps: async () => (await import('./commands/ps.ts')).ps,
  pause: async () => (await import('./commands/pause.ts')).pause,
  resume: async () => (await import('./commands/resume.ts')).resume,
  update: async () => (await import('./commands/update.ts')).update,
  events: async () => (await import('./commands/events.ts')).events,
  list: async () => (await import('./commands/list.ts')).list,
  run: async () => (await import('./commands/run.ts')).run,
  exec: async () => (await import('./commands/exec.ts')).exec,
  checkpoint: async () => (await import('./commands/checkpoint.ts')).checkpoint,
  restore: async () => (await import('./commands/checkpoint.ts')).restore,
  plan: async () => (await import('./commands/plan.ts')).plan,
  features: async () => (await import('./commands/features.ts')).features,
  completion: async () => (await import('./commands/completion.ts')).completion,
  help: async () => (await import('./commands/help.ts')).help,
};

const ALIASES: Readonly<Record<string, string>> = { h: 'help' };

export const commandNames: readonly string[] = Object.keys(LOADERS);

/** The command of that name, or nothing. */
export function loadCommand(name: string): Promise<Command> | undefined {
  const canonical = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  if (canonical === undefined || !Object.hasOwn(LOADERS, canonical)) return undefined;
  return LOADERS[canonical]?.();
}

/** All of them, for help and completion. */
export function loadAllCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(LOADERS).map((load) => load()));
}

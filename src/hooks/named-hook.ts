/** A hook with its place in the configuration. */
import type { Hook, HookKind } from '../spec/types.ts';

export interface NamedHook {
  readonly hook: Hook;
  /** `hooks.createRuntime[0] "/bin/x"` */
  readonly name: string;
  /** JSON pointer */
  readonly pointer: string;
  readonly argv: readonly string[];
}

/** The hooks of one kind, in the order of the configuration, which is the order of execution. */
export function namedHooks(kind: HookKind, hooks: readonly Hook[] | undefined): readonly NamedHook[] {
  return (hooks ?? []).map((hook, index) => ({
    hook,
    name: `hooks.${kind}[${index}] "${hook.path}"`,
    pointer: `/hooks/${kind}/${index}`,
    argv: hook.args?.length ? hook.args : [hook.path],
  }));
}

/** For the printed plan. @param inherited what stands for an environment that the hook does not set */
export function execveLine({ hook, argv }: NamedHook, inherited: string): string {
  const env = hook.env ? JSON.stringify(hook.env) : inherited;
  return `execve(${JSON.stringify(hook.path)}, ${JSON.stringify(argv)}, ${env})`;
}

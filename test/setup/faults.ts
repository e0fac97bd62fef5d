/** Faults made with strace(1): a kill at a chosen system call, and system calls that fail. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { minimalEnvironment } from './execute.ts';
import { type Outlived, startOutlived } from './outlived.ts';
import { remains } from './remains.ts';
import { programUnderTest, type Rig } from './rig.ts';

/** A system call, and which one of that name. */
export interface Place {
  readonly name: string;
  readonly when: number;
}

/** Ordinary users' writable layers are in their home directory. */
export function environment(): Record<string, string> {
  const { HOME } = process.env;
  return { ...minimalEnvironment(), ...(HOME === undefined ? {} : { HOME }) };
}

export function tsrunLine(rig: Rig, args: readonly string[]): string[] {
  return [programUnderTest(), '--root', rig.root, ...args];
}

/**
 * Every place where a command could be interrupted: `names` in the order of their first call.
 *
 * @param options of strace: `-f` for the init stub too, and not only for the runtime
 */
export async function places(
  rig: Rig,
  args: readonly string[],
  names: readonly string[],
  options: readonly string[] = [],
): Promise<Place[]> {
  const file = join(rig.path, 'calls');
  const line = [
    'strace',
    '-qq',
    ...options,
    '-o',
    file,
    '-e',
    `trace=${names.join(',')}`,
    ...tsrunLine(rig, args),
  ];
  const command = startOutlived(line, { env: environment() });
  expect([(await command.exited).code, command.stderr()]).toEqual([0, '']);
  const counts = new Map<string, number>();
  for (const call of readFileSync(file, 'utf8').matchAll(/^(\d+\s+)?([a-z]\w*)\(/gm)) {
    // Each process has counters of its own.
    const key = `${call[1] ?? ''}${call[2]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = new Map<string, number>();
  for (const [key, count] of counts) {
    const name = key.split(/\s+/).at(-1) ?? key;
    most.set(name, Math.max(count, most.get(name) ?? 0));
  }
  return [...most].flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index) => ({ name, when: index + 1 })),
  );
}

/** The same command, with what strace's `inject=` does at that place. */
export function withFault(
  rig: Rig,
  args: readonly string[],
  { name, when }: Place,
  fault: string,
  options: readonly string[] = [],
): Outlived {
  const inject = ['-e', `trace=${name}`, '-e', `inject=${name}:${fault}:when=${when}`];
  const strace = ['strace', '-qq', ...options, '-o', join(rig.path, 'strace'), ...inject];
  return startOutlived([...strace, ...tsrunLine(rig, args)], { env: environment() });
}

/** Whatever is left, `state` and `list` can say something of it, and `delete --force` removes all of it. */
export async function expectRecovery(rig: Rig, id: string, command: Outlived, what: string): Promise<void> {
  const env = environment();
  const state = await rig.tsrun(['state', id], { env });
  if (state.code === 0)
    expect(JSON.parse(state.stdout), what).toMatchObject({ id, status: expect.any(String) });
  else
    expect(state, what).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('container does not exist'),
    });
  const list = await rig.tsrun(['list', '--format', 'json'], { env });
  expect(list, what).toMatchObject(
    list.code === 0 ? { stderr: '' } : { stderr: expect.stringContaining('cannot list the containers in') },
  );
  const removed = await rig.tsrun(['delete', '--force', id], { env });
  expect(removed, what).toMatchObject({ code: 0, stderr: '' });
  expect(await command.allEnded(), `${what}: processes are left`).toBe(true);
  expect(remains(rig, id), what).toEqual([]);
}

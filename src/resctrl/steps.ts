/**
 * Makes a container's resctrl group, and joins it: by the stub, whose children are born where it is. Executed by
 * this process, by plain writes: the files are the host's.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { action, type Step } from '../init/step.ts';
import { mkdirSync, readFileSync, writeFileSync } from '../kernel/file-system.ts';
import type { ResctrlGroup, ResctrlRecord } from './group.ts';
import { missingLines } from './schemata.ts';

const POINTER = '/linux/intelRdt';

/** For `create`; nothing without a group. */
export function resctrlSteps(group: ResctrlGroup | undefined): readonly Step[] {
  if (!group) return [];
  const { directory, made, lines } = group;
  const isNew = made.includes(directory);
  const others = made.filter((path) => path !== directory);
  return [
    ...(isNew ? [makeStep(directory)] : []),
    ...(lines.length === 0 ? [] : [isNew ? writeStep(group) : compareStep(group)]),
    ...others.map(makeStep),
    ...joinResctrlSteps(group),
  ];
}

/** For `exec` too. A monitoring group takes only tasks of its own group, so that one comes first. */
export function joinResctrlSteps(record: ResctrlRecord | undefined): readonly Step[] {
  return (record?.joined ?? []).map((directory) =>
    action(
      `join the resctrl group "${directory}"`,
      POINTER,
      [`write("${directory}/tasks", "PID")`],
      ({ stubPid }) => attempt(() => writeFileSync(`${directory}/tasks`, String(stubPid))),
    ),
  );
}

function makeStep(directory: string): Step {
  return action(`make the resctrl group "${directory}"`, POINTER, [`mkdir("${directory}")`], () =>
    attempt(() => mkdirSync(directory, { mode: 0o755 }), {
      ENOSPC:
        'the processor has no more classes of service, or monitoring ids: remove a group that nobody uses',
      EACCES: "groups can be made by the machine's root only",
      EROFS: 'resctrl is mounted read-only',
    }),
  );
}

function writeStep({ directory, lines, lastStatus }: ResctrlGroup): Step {
  const text = lines.map((line) => `${line}\n`).join('');
  const does = [`write("${directory}/schemata", ${JSON.stringify(text)})`];
  return action('set the schemata of the resctrl group', POINTER, does, () =>
    attempt(() => writeFileSync(`${directory}/schemata`, text), { EINVAL: () => lastWord(lastStatus) }),
  );
}

/** The kernel says there what was wrong with the last command. */
function lastWord(lastStatus: string): string {
  try {
    return readFileSync(lastStatus, 'utf8').trim();
  } catch {
    return 'the schemata are not in the form that the processor takes';
  }
}

/** A group that is there belongs to others too: it is not changed. */
function compareStep({ directory, lines }: ResctrlGroup): Step {
  const file = `${directory}/schemata`;
  return action('compare the schemata of the resctrl group', POINTER, [`read("${file}")`], () => {
    const [missing] = missingLines(
      lines,
      attempt(() => readFileSync(file, 'utf8')),
    );
    if (missing === undefined) return;
    throw new RuntimeError('config', `the resctrl group "${directory}" is there, and is not "${missing}"`, {
      pointer: POINTER,
      hint: `see what it has: cat ${file}; or leave out the schemata`,
    });
  });
}

function attempt<T>(run: () => T, hints: Readonly<Record<string, string | (() => string)>> = {}): T {
  try {
    return run();
  } catch (cause) {
    const { code = 'EIO', message } = cause as NodeJS.ErrnoException;
    const found = hints[code];
    const hint = typeof found === 'function' ? found() : found;
    const details = { cause, errno: code };
    throw new RuntimeError('system', message, hint === undefined ? details : { ...details, hint });
  }
}

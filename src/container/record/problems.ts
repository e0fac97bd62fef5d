/** What can be wrong with the state of a container, in the words of its user. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { dirname, join } from '../../kernel/path.ts';

export function notFound(): RuntimeError {
  return new RuntimeError('not-found', 'container does not exist', {
    hint: 'tsrun list shows the containers of this --root',
  });
}

export function taken(id: string): RuntimeError {
  return new RuntimeError('exists', 'container with given ID already exists', {
    hint: `choose another id, or remove the container: tsrun delete --force ${id}`,
  });
}

/** @param why completes "state.json …": `is empty` */
export function damaged(directory: string, id: string, name: string, why: string): RuntimeError {
  return new RuntimeError('state', `container ${id} is damaged: "${join(directory, name)}" ${why}`, {
    hint: `tsrun delete --force ${id} removes it`,
  });
}

export function madeByNewer(directory: string, id: string, version: number, known: number): RuntimeError {
  const message = `container ${id} was made by a newer tsrun: "${directory}" has a record of version ${version}`;
  return new RuntimeError('state', `${message}, this tsrun knows version ${known}`, {
    hint: `use a tsrun that knows records of version ${version}; this one leaves the container alone`,
  });
}

export function madeBy(runtime: string, directory: string, id: string): RuntimeError {
  return new RuntimeError(
    'state',
    `container ${id} in "${dirname(directory)}" was made by ${runtime}: use ${runtime}`,
    {
      hint: `${runtime} --root ${dirname(directory)} state ${id}`,
    },
  );
}

export function ofAnotherUser(directory: string, id: string): RuntimeError {
  return new RuntimeError('state', `container ${id} is another user's: you may not read "${directory}"`, {
    hint: 'run the command as the user who created it, or give your own --root',
  });
}

/** @param why completes "it …": `has other files` */
export function notAContainer(directory: string, why: string): RuntimeError {
  return new RuntimeError('state', `"${directory}" is not a container of tsrun: ${why}`, {
    hint: `look at it, and move it away or remove it: ls -la ${directory}`,
  });
}

/** What stood against reading a file: completes "state.json …". */
export function unreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'is missing',
    ELOOP: 'is a symlink',
    EISDIR: 'is a directory',
    ENXIO: 'is not a regular file',
    EFBIG: 'is too large',
  };
  return words[code ?? ''] ?? `cannot be read: ${message}`;
}

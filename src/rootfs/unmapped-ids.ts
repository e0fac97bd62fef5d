/**
 * A filesystem's `uid=` and `gid=` are ids of the container; for one that it does not have, the kernel says EINVAL.
 * Every configuration that is not meant for ordinary users gives its terminals to the group tty (5): where that is
 * not mapped, they belong to root's group, which changes nothing that a container of one user would notice.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Failure } from '../kernel/call.ts';
import { EINVAL } from '../kernel/errno.ts';
import type { Log } from '../log/log.ts';
import { isMapped } from '../namespaces/id-map.ts';
import type { Mount } from '../spec/types.ts';
import type { MountContext } from './mount-context.ts';

const TTY = 'gid=5';

/**
 * @param data the options for the filesystem
 * @returns those that it can be given
 * @throws RuntimeError `rootless` for an id that the container does not have
 */
export function withMappedIds(
  { type, destination, options = [] }: Mount,
  data: readonly string[],
  pointer: string,
  { idMaps, log }: Pick<MountContext, 'idMaps' | 'log'>,
): readonly string[] {
  if (!idMaps) return data;
  return data.filter((option) => {
    const [, kind, id] = /^([ug]id)=(\d+)$/.exec(option) ?? [];
    if (kind === undefined || isMapped(idMaps[kind as 'uid' | 'gid'].mappings, Number(id))) return true;
    const what = `${kind} ${id} of the option "${option}" is not in the container's map`;
    const hint = `remove the option, or map the ${kind} in linux.${kind}Mappings`;
    if (type === 'devpts' && option === TTY) {
      log.warning(withoutGroup(destination, what), { hint });
      return false;
    }
    throw new RuntimeError('rootless', `cannot mount "${type}" at "${destination}": ${what}`, {
      pointer: `${pointer}/options/${options.indexOf(option)}`,
      hint,
    });
  });
}

/**
 * The same where only the kernel knows the map, that of a user namespace which is joined or which we are in.
 *
 * @returns the options without the group; undefined where that is not what was refused
 */
export function withoutRefusedGroup(
  { type, destination }: Mount,
  data: readonly string[],
  { call, errno }: Failure,
  log: Log,
): readonly string[] | undefined {
  const [, , key, value] = call.args;
  if (type !== 'devpts' || call.name !== 'fsconfig' || errno !== EINVAL || `${key}=${value}` !== TTY)
    return undefined;
  const what = `the option "${TTY}" is refused in this user namespace`;
  log.warning(withoutGroup(destination, what), {
    hint: 'remove the option, or map the gid in the user namespace',
  });
  return data.filter((option) => option !== TTY);
}

function withoutGroup(destination: string, why: string): string {
  return `"devpts" is mounted at "${destination}" without its group: ${why}`;
}

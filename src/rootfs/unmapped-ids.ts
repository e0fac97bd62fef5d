/**
 * A filesystem's `uid=` and `gid=` are ids of the container; for one that it does not have, the kernel says EINVAL.
 * Every configuration that is not meant for ordinary users gives its terminals to the group tty (5): where that is
 * not mapped, they belong to root's group, which changes nothing that a container of one user would notice.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
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
      log.warning(`"devpts" is mounted at "${destination}" without its group: ${what}`, { hint });
      return false;
    }
    throw new RuntimeError('rootless', `cannot mount "${type}" at "${destination}": ${what}`, {
      pointer: `${pointer}/options/${options.indexOf(option)}`,
      hint,
    });
  });
}

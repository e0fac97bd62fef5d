/** The argument that names a container that is there. */
import type { Positional } from '../command.ts';

export const containerId: Positional = {
  name: 'container-id',
  help: 'name of the container',
  complete: 'container',
};

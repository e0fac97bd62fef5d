/** All attacks, by family. */
import type { Attack } from './attack.ts';
import { created } from './attacks/created.ts';
import { credentials } from './attacks/credentials.ts';
import { descriptors } from './attacks/descriptors.ts';
import { devices } from './attacks/devices.ts';
import { host } from './attacks/host.ts';
import { image } from './attacks/image.ts';
import { input } from './attacks/input.ts';
import { links } from './attacks/links.ts';
import { liveness } from './attacks/liveness.ts';
import { names } from './attacks/names.ts';
import { overlay } from './attacks/overlay.ts';
import { processes } from './attacks/processes.ts';
import { races } from './attacks/races.ts';
import { stoppers } from './attacks/stopping.ts';
import { volumes } from './attacks/volumes.ts';

export const families: Readonly<Record<string, readonly Attack[]>> = {
  'leaked descriptors': descriptors,
  'what the image has': [...links, ...image],
  'layers and annotations': overlay,
  'volumes inside of /proc': volumes,
  races,
  'processes in the container': [...processes, ...created, ...stoppers],
  'whether a process has ended': liveness,
  'who the process is': credentials,
  'devices of the host': devices,
  'names and paths': names,
  'broken configurations': input,
  'the host': host,
};

/** The entries of `mounts`, in order, onto the container's root: who makes which. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Mount } from '../spec/types.ts';
import { bindSteps } from './bind-mount.ts';
import { filesystemSteps } from './filesystem-mount.ts';
import type { MountContext, MountSteps } from './mount-context.ts';
import { labelled } from './mount-label.ts';
import { type MountRequest, parseMountOptions } from './mount-options.ts';
import { overlayMountStep } from './overlay/mount-entry.ts';
import { refuseInsideProc } from './proc-target.ts';
import { remountSteps } from './remount.ts';

/** @throws RuntimeError `config` or `rootless` where the entry cannot be done at all */
export function mountSteps(mount: Mount, index: number, context: MountContext): MountSteps {
  const pointer = `/mounts/${index}`;
  const request = parseMountOptions(mount.options ?? []);
  refuse(mount, request, pointer);
  if (request.remount) return { steps: remountSteps(mount, request, pointer, context) };
  if (isBind(mount, request)) return { steps: bindSteps(mount, request, pointer, index, context) };
  if (mount.type === 'overlay') {
    const data = labelled('overlay', request.data, context.label);
    return { steps: [overlayMountStep(mount, { ...request, data }, pointer, context)] };
  }
  return filesystemSteps(mount, request, pointer, index, context);
}

export function isBind({ type }: Mount, { bind }: MountRequest): boolean {
  return bind !== 'no' || type === 'bind';
}

function refuse(mount: Mount, request: MountRequest, pointer: string): void {
  if (!request.remount) refuseInsideProc(mount.destination, pointer);
  if (/^\/+$/.test(mount.destination) && !request.remount) {
    throw new RuntimeError('config', 'a mount cannot cover the root itself', {
      pointer: `${pointer}/destination`,
      hint: 'use root.path, or tsrun\'s overlay root (annotation "org.tsrun.overlay")',
    });
  }
  if (request.copyUp && (mount.type !== 'tmpfs' || request.remount || request.bind !== 'no')) {
    throw new RuntimeError('config', `"tmpcopyup" is for a new tmpfs, not for "${mount.destination}"`, {
      pointer: `${pointer}/options/${mount.options?.indexOf('tmpcopyup')}`,
      hint: 'remove the option, or make the type "tmpfs"',
    });
  }
}

/** The paths of `mounts`, absolute: a destination that is not is deprecated and taken from `/`; a source, from the bundle. */
import { join } from '../kernel/path.ts';
import type { Config, Mount } from '../spec/types.ts';

/** @returns the same configuration where nothing has to be changed */
export function withAbsolutePaths(config: Config, bundle: string): Config {
  const { mounts } = config;
  if (!mounts || mounts.every((mount) => isAbsolute(mount))) return config;
  return { ...config, mounts: mounts.map((mount) => (isAbsolute(mount) ? mount : absolute(mount, bundle))) };
}

function isAbsolute(mount: Mount): boolean {
  return mount.destination.startsWith('/') && !hasRelativeSource(mount);
}

/** The source of anything else is a name for mountinfo. */
function hasRelativeSource({ source = '', type, options = [] }: Mount): boolean {
  if (source === '' || source.startsWith('/')) return false;
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}

function absolute(mount: Mount, bundle: string): Mount {
  const { destination, source = '' } = mount;
  return {
    ...mount,
    destination: destination.startsWith('/') ? destination : `/${destination}`,
    ...(hasRelativeSource(mount) ? { source: join(bundle, source) } : {}),
  };
}

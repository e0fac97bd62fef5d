/** `slice:prefix:name`, the form of cgroupsPath for systemd, and the path that systemd would give it. */
import { RuntimeError } from '../errors/runtime-error.ts';

const DEFAULT_SLICE = 'system.slice';
const DEFAULT_PREFIX = 'tsrun';

/** Three parts between colons and no slash. */
export function isSystemdPath(path: string): boolean {
  return !path.includes('/') && path.split(':').length === 3;
}

/**
 * `user-7.slice:tsrun:web` → `/user.slice/user-7.slice/tsrun-web.scope`
 *
 * @param path empty for the default
 * @throws RuntimeError `config`
 */
export function scopePath(path: string, id: string): string {
  const [slice = '', prefix = '', name = ''] = path === '' ? ['', DEFAULT_PREFIX, id] : split(path);
  return `${slicePath(slice === '' ? DEFAULT_SLICE : slice)}/${unitName(prefix, name)}`;
}

function split(path: string): string[] {
  if (isSystemdPath(path)) return path.split(':');
  throw new RuntimeError(
    'config',
    `expected cgroupsPath to be of format "slice:prefix:name", got "${path}"`,
    {
      pointer: '/linux/cgroupsPath',
      hint: 'with --systemd-cgroup write "system.slice:tsrun:web"; without it, an ordinary path',
    },
  );
}

/** systemd.slice(5): a dash in the name is a level. `-.slice` is the root. */
function slicePath(slice: string): string {
  if (slice === '-.slice') return '';
  const name = slice.endsWith('.slice') ? slice.slice(0, -'.slice'.length) : '';
  const parts = name.split('-');
  if (parts.includes('')) {
    throw new RuntimeError('config', `"${slice}" is not the name of a slice`, {
      pointer: '/linux/cgroupsPath',
      hint: 'a slice is called "name.slice" or "parent-name.slice"',
    });
  }
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('-')}.slice`).join('');
}

function unitName(prefix: string, name: string): string {
  if (name.endsWith('.slice')) return name;
  return prefix === '' ? `${name}.scope` : `${prefix}-${name}.scope`;
}

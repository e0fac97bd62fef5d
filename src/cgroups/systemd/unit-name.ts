/** `slice:prefix:name`, the form of linux.cgroupsPath for systemd: the unit and the slice that it is in. */
import { RuntimeError } from '../../errors/runtime-error.ts';

const DEFAULT_PREFIX = 'tsrun';
const POINTER = '/linux/cgroupsPath';

/** Three parts between colons and no slash. */
export function isSystemdPath(path: string): boolean {
  return !path.includes('/') && path.split(':').length === 3;
}

export interface UnitName {
  /** `user-7.slice` */
  readonly slice: string;
  /** `tsrun-web.scope` */
  readonly name: string;
}

/**
 * @param path empty for the default
 * @param defaultSlice where it names none
 * @throws RuntimeError `config`
 */
export function unitName(path: string, id: string, defaultSlice: string): UnitName {
  const [slice = '', prefix = '', name = ''] = path === '' ? ['', DEFAULT_PREFIX, id] : split(path);
  if (name.endsWith('.slice')) {
    throw new RuntimeError('config', `cgroupsPath "${path}" names a slice, and a slice has no processes`, {
      pointer: POINTER,
      hint: 'name the slice in the first part: "name.slice:tsrun:web"',
    });
  }
  const unit = { slice: slice === '' ? defaultSlice : slice, name: scopeName(prefix, name) };
  slicePath(unit.slice);
  return unit;
}

function split(path: string): string[] {
  if (isSystemdPath(path)) return path.split(':');
  throw new RuntimeError(
    'config',
    `expected cgroupsPath to be of format "slice:prefix:name", got "${path}"`,
    {
      pointer: POINTER,
      hint: 'with --systemd-cgroup write "system.slice:tsrun:web"; without it, an ordinary path',
    },
  );
}

/** systemd.unit(5): at most 255 characters, of which it takes these. */
function scopeName(prefix: string, name: string): string {
  const unit = `${prefix === '' ? '' : `${prefix}-`}${name}.scope`;
  if (name !== '' && unit.length <= 255 && /^[\w:.\\-]+$/.test(unit)) return unit;
  throw new RuntimeError('config', `"${unit}" is not the name of a unit of systemd`, {
    pointer: POINTER,
    hint: 'prefix and name have letters, digits, "_", "-", "." and "\\", 255 characters with ".scope"',
  });
}

/**
 * systemd.slice(5): a dash in the name is a level. `-.slice` is the root.
 *
 * @returns `user-7.slice` → `/user.slice/user-7.slice`
 * @throws RuntimeError `config`
 */
export function slicePath(slice: string): string {
  if (slice === '-.slice') return '';
  const name = slice.endsWith('.slice') ? slice.slice(0, -'.slice'.length) : '';
  const parts = name.split('-');
  if (parts.includes('') || slice.includes('/')) {
    throw new RuntimeError('config', `"${slice}" is not the name of a slice`, {
      pointer: POINTER,
      hint: 'a slice is called "name.slice" or "parent-name.slice"',
    });
  }
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('-')}.slice`).join('');
}

/** Names that D-Bus knows: D-Bus specification, "Valid Names" and "Valid Object Paths". */
import { encodeText } from './text.ts';

const LONGEST = 255;

export function isObjectPath(path: string): boolean {
  if (path === '/') return true;
  return /^\/[\w/]+$/.test(path) && !path.includes('//') && !path.endsWith('/');
}

/** Of methods and signals. */
export function isMember(name: string): boolean {
  return name.length <= LONGEST && /^[A-Za-z_]\w*$/.test(name);
}

/** Of interfaces and errors. */
export function isInterface(name: string): boolean {
  return name.length <= LONGEST && /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(name);
}

/** Of connections: `org.freedesktop.systemd1`, or unique as in `:1.42`. */
export function isBusName(name: string): boolean {
  return (
    name.length <= LONGEST && /^(?::[\w-]+(?:\.[\w-]+)+|[A-Za-z_-][\w-]*(?:\.[A-Za-z_-][\w-]*)+)$/.test(name)
  );
}

/** sd_bus_path_encode(3): other characters than letters and digits, and a digit in front, become `_XX`. */
export function escapeLabel(name: string): string {
  if (name === '') return '_';
  return [...encodeText(name)]
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const isPlain = index === 0 ? /[a-z]/i.test(character) : /[a-z\d]/i.test(character);
      return isPlain ? character : `_${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

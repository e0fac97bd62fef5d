/** Addresses of buses: D-Bus specification, "Server Addresses". */
import { protocolError, quoted } from './protocol-error.ts';
import { decodeText, encodeText } from './text.ts';

const supported = 'expected unix:path=… or unix:abstract=…';

/**
 * `unix:path=/a;unix:abstract=b` → `/a`, `\0b`: names of sockets, unix(7), in the order in which to try them. Addresses
 * of other transports are left out.
 *
 * @throws RuntimeError `system` if none remains, or one is not well-formed
 */
export function socketsOf(address: string): readonly string[] {
  const sockets = address
    .split(';')
    .filter((one) => one !== '')
    .map(socketOf)
    .filter((one) => one !== undefined);
  if (sockets.length > 0) return sockets;
  throw protocolError(`no address that tsrun can connect to: ${supported}`);
}

function socketOf(address: string): string | undefined {
  const colon = address.indexOf(':');
  if (colon < 0) throw malformed(address);
  const values = new Map(
    address
      .slice(colon + 1)
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => keyAndValue(address, pair)),
  );
  if (address.slice(0, colon) !== 'unix') return undefined;
  const path = values.get('path');
  const name = values.get('abstract');
  if (path !== undefined && name !== undefined) throw malformed(address);
  if (path === '' || path?.includes('\0')) throw malformed(address);
  return path ?? (name === undefined ? undefined : `\0${name}`);
}

function keyAndValue(address: string, pair: string): [string, string] {
  const equals = pair.indexOf('=');
  const value = unescaped(pair.slice(equals + 1));
  if (equals < 1 || value === undefined) throw malformed(address);
  return [pair.slice(0, equals), value];
}

/** `%20` → a space. @returns undefined if an escape is not complete, or the result not UTF-8 */
function unescaped(value: string): string | undefined {
  if (!value.includes('%')) return value;
  const bytes: number[] = [];
  for (const part of value.split(/(%[\da-f]{2})/i)) {
    if (/^%../.test(part)) bytes.push(Number.parseInt(part.slice(1), 16));
    else if (part.includes('%')) return undefined;
    else bytes.push(...encodeText(part));
  }
  return decodeText(Uint8Array.from(bytes));
}

/** @returns `/run/user/7 a/bus` → `unix:path=/run/user/7%20a/bus` */
export function unixAddress(path: string): string {
  const escaped = [...encodeText(path)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[-\w/.*\\]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  });
  return `unix:path=${escaped.join('')}`;
}

function malformed(address: string) {
  return protocolError(`${quoted(address)} is not an address of D-Bus: ${supported}`);
}

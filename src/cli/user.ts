/**
 * `exec --user UID[:GID]`. Numbers only, and strictly: a user given as text once became root (CVE-2016-3697,
 * CVE-2026-30892).
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { decimal } from './convert.ts';

/** 2^32 - 1 means "no change" to the kernel. */
const LARGEST_ID = 0xffff_fffe;

export interface User {
  readonly uid: number;
  readonly gid?: number;
}

/** @throws RuntimeError `usage` */
export function parseUser(text: string): User {
  const colon = text.indexOf(':');
  if (colon < 0) return { uid: parseId('user', text, text) };
  return {
    uid: parseId('user', text.slice(0, colon), text),
    gid: parseId('group', text.slice(colon + 1), text),
  };
}

/** One id of a user or group. */
export function parseId(what: 'user' | 'group', text: string, whole = text): number {
  const id = decimal(text);
  if (id !== undefined && id <= LARGEST_ID) return id;
  throw new RuntimeError('usage', `invalid ${what} id "${text}"${whole === text ? '' : ` in "${whole}"`}`, {
    hint: `ids are numbers from 0 to ${LARGEST_ID}; write UID or UID:GID, names are not looked up`,
  });
}

/** The user database: passwd(5), and getent(1) for users that a machine knows from elsewhere, such as LDAP. */
import { readIfThere } from '../kernel/file-system.ts';
import { findProgram, programOutput } from './program-output.ts';

interface User {
  readonly name: string;
  readonly home: string;
}

/** The user's name; undefined for a uid that /etc/passwd does not name. */
export function userName(uid: number, etc = '/etc'): string | undefined {
  return localUser(uid, etc)?.name;
}

/** The user's home directory, which need not exist; undefined for a uid that the machine does not know. */
export function homeDirectory(uid: number, etc = '/etc'): string | undefined {
  return (localUser(uid, etc) ?? remoteUser(uid))?.home;
}

function localUser(uid: number, etc: string): User | undefined {
  return userIn(readIfThere(`${etc}/passwd`, 'utf8') ?? '', uid);
}

function remoteUser(uid: number): User | undefined {
  const getent = findProgram('getent');
  return getent === undefined
    ? undefined
    : userIn(programOutput(getent, ['passwd', String(uid)]).output, uid);
}

function userIn(lines: string, uid: number): User | undefined {
  for (const line of lines.split('\n')) {
    const [name, , id, , , home = ''] = line.split(':');
    if (name && id === String(uid)) return { name, home };
  }
  return undefined;
}

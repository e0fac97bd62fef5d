import { ioctlOut } from './calls/file.ts';
import { TCGETS, TERMIOS_SIZE } from './constants/process.ts';
import { attempt } from './local.ts';

export function isTerminal(fd: number): boolean {
  return attempt(ioctlOut(fd, TCGETS, TERMIOS_SIZE)) >= 0;
}

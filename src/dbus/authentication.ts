/** The dialogue before the first message: D-Bus specification, "Authentication Protocol". */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { ByteStream } from './byte-stream.ts';
import { protocolError, quoted } from './protocol-error.ts';
import { decodeText, encodeText } from './text.ts';

/** Bytes of a line. */
const LONGEST = 16 * 1024;
const NEWLINE = 10;

/**
 * Has the bus take the user from the socket: the kernel tells it the user's id as its own user namespace has it. So
 * none is named, which in another user namespace would be a different one.
 *
 * @throws RuntimeError `system`
 */
export function authenticate(stream: ByteStream, deadline: number): void {
  // A NUL, which carries credentials on other systems; an empty name for when the bus asks for it; and the end, after
  // which messages follow. It costs one round trip. A message sent together with BEGIN would be overlooked by systemd
  // on its own socket, until it reads again.
  stream.write(encodeText('\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n'), deadline);
  const first = readLine(stream, deadline);
  // systemd before 246, on its own socket, does not ask, and does not know the second command.
  const expected = isAnswer(first, 'OK') ? 'ERROR' : 'OK';
  if (!isAnswer(first, 'OK') && !isAnswer(first, 'DATA')) throw unexpected(first);
  const second = readLine(stream, deadline);
  if (!isAnswer(second, expected)) throw unexpected(second);
}

function isAnswer(line: string, command: string): boolean {
  return line === command || line.startsWith(`${command} `);
}

function readLine(stream: ByteStream, deadline: number): string {
  const bytes = stream.takeUntil(NEWLINE, LONGEST, deadline);
  if (!bytes) {
    const message = 'the bus does not answer the authentication in time';
    throw new RuntimeError('system', message, { errno: 'ETIMEDOUT' });
  }
  const line = decodeText(bytes);
  if (line?.endsWith('\r\n')) return line.slice(0, -2);
  throw protocolError('the bus answers the authentication with bytes that are not a line');
}

function unexpected(answer: string): RuntimeError {
  if (isAnswer(answer, 'REJECTED') || isAnswer(answer, 'ERROR')) {
    const message = `the bus refuses this user (AUTH EXTERNAL): ${quoted(answer)}`;
    return new RuntimeError('system', message, { errno: 'EACCES' });
  }
  return protocolError(`the bus answers the authentication with ${quoted(answer)}`);
}

/** The exchange of lines before the first message: D-Bus specification, "Authentication Protocol". */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { ByteStream } from './byte-stream.ts';
import { protocolError, quoted } from './protocol-error.ts';
import { decodeText, encodeText } from './text.ts';

/** Bytes of a line. */
const LONGEST = 16 * 1024;
const NEWLINE = 10;

/**
 * Authenticates as the user that the kernel reports for the socket. No id is named: in a user namespace the user's id is
 * not the one that the bus sees.
 *
 * @throws RuntimeError `system`
 */
export function authenticate(stream: ByteStream, deadline: number): void {
  // In one round trip: a NUL, which carries credentials on other systems; no id, and again none when the bus asks for
  // it; the end of the authentication. systemd 252, on its own socket, overlooks a message that arrives together with
  // BEGIN until more data arrives: so the first message has to wait for OK.
  stream.write(encodeText('\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n'), deadline);
  const first = readLine(stream, deadline);
  // On its own socket, systemd before 246 does not ask for the id, and does not know the second command.
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

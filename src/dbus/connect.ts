/** Connects to the address of a bus, and authenticates. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { connect, setTimeLimit, socket } from '../kernel/calls/socket.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { AF_UNIX, SO_SNDTIMEO, SOCK_STREAM } from '../kernel/constants/process.ts';
import { EAGAIN, EINTR } from '../kernel/errno.ts';
import { attempt, perform, systemError } from '../kernel/local.ts';
import { socketsOf } from './address.ts';
import { authenticate } from './authentication.ts';
import { ByteStream } from './byte-stream.ts';

/**
 * Tries the addresses one after the other.
 *
 * @param address as of dbus-daemon(1): `unix:path=/run/dbus/system_bus_socket`
 * @param patience in milliseconds, for each
 * @throws RuntimeError `system`, with the errno of the last one, if there is no bus
 */
export function connectToBus(address: string, patience: number): ByteStream {
  let failure: unknown;
  for (const path of socketsOf(address)) {
    try {
      return connected(path, patience);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function connected(path: string, patience: number): ByteStream {
  const fd = perform(socket(AF_UNIX, SOCK_STREAM));
  const stream = new ByteStream(fd);
  const deadline = monotonicMilliseconds() + patience;
  try {
    // connect(2) blocks while the queue of the listening socket is full.
    perform(setTimeLimit(fd, SO_SNDTIMEO, Math.ceil(patience / 1000)));
    reach(fd, path, deadline);
    authenticate(stream, deadline);
    return stream;
  } catch (error) {
    stream[Symbol.dispose]();
    throw error;
  }
}

function reach(fd: number, path: string, deadline: number): void {
  const connecting = connect(fd, path);
  let result = attempt(connecting);
  while (result === -EINTR && monotonicMilliseconds() < deadline) result = attempt(connecting);
  if (result >= 0) return;
  if (result !== -EAGAIN) throw systemError(connecting, -result);
  throw new RuntimeError('system', 'the bus does not accept the connection in time', { errno: 'ETIMEDOUT' });
}

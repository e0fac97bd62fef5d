import { RuntimeError } from '../errors/runtime-error.ts';

/** A peer or a value that does not keep to the D-Bus specification. */
export function protocolError(message: string): RuntimeError {
  return new RuntimeError('system', message, { errno: 'EPROTO' });
}

/** Text from a peer, fit for one line of a message. */
export function quoted(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return JSON.stringify(shown);
}

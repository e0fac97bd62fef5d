/** Signals that are waited for like anything else: by a descriptor. */
import { jsRuntime } from '#js-runtime';
import { ListenedSignals } from './listened-signals.ts';
import { SignalDescriptor } from './signal-descriptor.ts';

export interface SignalSource extends Disposable {
  /** Readable when a signal has come. */
  readonly fd: number;
  /** The numbers of the signals that have come since the last time. */
  take(): readonly number[];
}

/**
 * From now on these signals do nothing but wait to be taken, even those that the caller has blocked or ignores. Once it
 * is disposed of, they act as before; those that have not been taken are lost.
 *
 * @param numbers on Node, real-time signals are ignored, among them or not
 */
export function catchSignals(numbers: readonly number[]): SignalSource {
  const { eventLoop } = jsRuntime;
  return eventLoop ? new ListenedSignals(eventLoop, numbers) : new SignalDescriptor(numbers);
}

/** The end of what a hook has written to its standard output and error, in the order it was written. */

import { decodeUtf8 } from '../kernel/bytes.ts';

const MOST = 16 * 1024;

export class OutputTail {
  /** Written over again and again: a buffer for each chunk would be garbage of the size of the output. */
  readonly #bytes = new Uint8Array(MOST);
  #length = 0;
  #cut = false;

  add(chunk: Uint8Array): void {
    const added = chunk.subarray(-MOST);
    const kept = Math.min(this.#length, MOST - added.length);
    this.#cut ||= this.#length + chunk.length > MOST;
    this.#bytes.copyWithin(0, this.#length - kept, this.#length);
    this.#bytes.set(added, kept);
    this.#length = kept + added.length;
  }

  /** Its lines; without what would act on a terminal, and without a first line that is not whole. */
  lines(): string[] {
    const text = decodeUtf8(this.#bytes.subarray(0, this.#length));
    const lines = text
      .split('\n')
      .map((line) => line.replaceAll(/[^\t\u0020-\u007e\u00a0-\uffff]/g, '').trimEnd());
    if (this.#cut) lines[0] = '…';
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }
}

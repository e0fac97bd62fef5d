/** The end of what a hook has written to its standard output and error, in the order it was written. */

const MOST = 16 * 1024;

export class OutputTail {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #cut = false;

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length - (this.#chunks[0] as Uint8Array).length >= MOST) {
      this.#length -= (this.#chunks.shift() as Uint8Array).length;
      this.#cut = true;
    }
  }

  /** Its lines; without what would act on a terminal, and without a first line that is not whole. */
  lines(): string[] {
    const text = Buffer.concat(this.#chunks).toString();
    const lines = text
      .split('\n')
      .map((line) => line.replaceAll(/[^\t\u0020-\u007e\u00a0-\uffff]/g, '').trimEnd());
    if (this.#cut) lines[0] = '…';
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }
}

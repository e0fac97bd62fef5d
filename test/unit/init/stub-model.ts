/** What the init stub does with a message, in TypeScript: stub/x86-64.S line by line, system calls aside. */
import { INBOX } from '../../../src/init/program.ts';

const END = 0xffffffff;

export interface Executed {
  readonly number: number;
  /** The six arguments as the kernel would get them. */
  readonly args: readonly bigint[];
}

/** @returns the result, or a negative errno */
export type Kernel = (executed: Executed, index: number) => number;

export class StubModel {
  readonly memory: Uint8Array;
  readonly #view: DataView;
  readonly executed: Executed[] = [];

  constructor(message: Uint8Array) {
    this.memory = message.slice();
    this.#view = new DataView(this.memory.buffer);
  }

  /** @returns the answer: the first bytes of the inbox */
  run(kernel: Kernel): Uint8Array {
    const length = Number(this.#word(0));
    if (length !== this.memory.length) throw new Error(`length ${length} in ${this.memory.length} bytes`);
    let cursor = Number(this.#word(16)) - INBOX;
    for (let index = 0; this.#view.getUint32(cursor, true) !== END; cursor += 64, index++) {
      const status = this.#operation(cursor, index, kernel);
      if (status === undefined) continue;
      this.#view.setBigInt64(8, BigInt(status), true);
      break;
    }
    this.#view.setBigUint64(16, BigInt(cursor + INBOX), true);
    return this.memory.slice(0, Number(this.#word(24)));
  }

  /** @returns the negative errno that stops the program */
  #operation(at: number, index: number, kernel: Kernel): number | undefined {
    const flags = this.#view.getUint32(at + 4, true);
    const args = [0, 1, 2, 3, 4, 5].map((position) => {
      const word = this.#word(at + 8 + position * 8);
      return flags & (1 << position) ? this.#word(Number(word) - INBOX) : word;
    });
    const skipped = args.find((arg, position) => flags & (1 << position) && BigInt.asIntN(64, arg) < 0n);
    const executed = { number: this.#view.getUint32(at, true), args };
    const result = skipped === undefined ? kernel(executed, index) : Number(BigInt.asIntN(64, skipped));
    if (skipped === undefined) this.executed.push(executed);
    const tolerated = [(flags >>> 16) & 0xff, flags >>> 24, flags & 64 ? -result : 0];
    if (result < 0 && skipped === undefined && !tolerated.includes(-result)) return result;
    this.#view.setBigInt64(Number(this.#word(at + 56)) - INBOX, BigInt(result), true);
    return undefined;
  }

  /** Memory that an argument points to. */
  bytes(address: bigint, size: number): Uint8Array {
    const start = Number(address) - INBOX;
    if (start < 0 || start + size > this.memory.length) throw new Error(`address 0x${address.toString(16)}`);
    return this.memory.subarray(start, start + size);
  }

  /** Up to the NUL. */
  string(address: bigint): string {
    const start = Number(address) - INBOX;
    return Buffer.from(this.memory.subarray(start, this.memory.indexOf(0, start))).toString();
  }

  #word(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }
}

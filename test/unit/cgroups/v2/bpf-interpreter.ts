/** Executes programs as the kernel would: the instructions that src/cgroups/v2/bpf-assembler.ts writes, no others. */

export interface DeviceQuestion {
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  /** Of `r`, `w`, `m`. */
  readonly access: string;
}

const types = { b: 1, c: 2 };
const bits: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };

/** What a device program answers. @throws Error where the kernel would not have taken the program */
export function ask(program: Uint8Array, { type, major, minor, access }: DeviceQuestion): number {
  const context = new DataView(new ArrayBuffer(12));
  const asked = [...access].reduce((sum, letter) => sum | (bits[letter] ?? 0), 0);
  context.setUint32(0, (asked << 16) | types[type], true);
  context.setUint32(4, major, true);
  context.setUint32(8, minor, true);
  return run(program, context);
}

function run(program: Uint8Array, context: DataView): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const registers: (bigint | 'context' | undefined)[] = [undefined, 'context'];
  const number = (register: number): bigint => {
    const value = registers[register];
    if (typeof value !== 'bigint') throw new Error(`register ${register} is no number`);
    return value;
  };
  for (let at = 0; ; at++) {
    if (at * 8 >= program.length) throw new Error('the program ends without an answer');
    const code = view.getUint8(at * 8);
    const destination = view.getUint8(at * 8 + 1) & 15;
    const source = view.getUint8(at * 8 + 1) >> 4;
    const offset = view.getInt16(at * 8 + 2, true);
    const value = BigInt(view.getInt32(at * 8 + 4, true));
    switch (code) {
      case 0x61:
        if (registers[source] !== 'context') throw new Error('memory that is not the context is read');
        registers[destination] = BigInt(context.getUint32(offset, true));
        break;
      case 0x54:
        registers[destination] = BigInt.asUintN(32, number(destination) & value);
        break;
      case 0x74:
        registers[destination] = BigInt.asUintN(32, number(destination)) >> value;
        break;
      case 0xb4:
        registers[destination] = BigInt.asUintN(32, value);
        break;
      case 0xbc:
        registers[destination] = BigInt.asUintN(32, number(source));
        break;
      case 0x05:
        at += offset;
        break;
      case 0x15:
        if (number(destination) === BigInt.asUintN(64, value)) at += offset;
        break;
      case 0x45:
        if ((number(destination) & BigInt.asUintN(64, value)) !== 0n) at += offset;
        break;
      case 0x55:
        if (number(destination) !== BigInt.asUintN(64, value)) at += offset;
        break;
      case 0x95:
        return Number(number(0));
      default:
        throw new Error(`no such instruction: 0x${code.toString(16)}`);
    }
  }
}

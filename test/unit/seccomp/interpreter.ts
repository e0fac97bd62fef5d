/** Executes the instructions of classic BPF that filters are made of. */

/**
 * @param values of the call's arguments
 * @returns the value that the filter returns, or undefined where execution goes on behind the program
 */
export function execute(
  program: Uint8Array,
  architecture: number,
  number: number,
  values: readonly bigint[] = [],
): number | undefined {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = new Map([
    [0, number],
    [4, architecture],
  ]);
  values.forEach((value, index) => {
    data.set(16 + 8 * index, Number(value & 0xffff_ffffn));
    data.set(20 + 8 * index, Number(value >> 32n));
  });
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const [code, yes, no, k] = [
      view.getUint16(at, true),
      view.getUint8(at + 2),
      view.getUint8(at + 3),
      view.getUint32(at + 4, true),
    ];
    const jump = (condition: boolean) => {
      at += 8 * (condition ? yes : no);
    };
    if (code === 0x20) accumulator = data.get(k) ?? Number.NaN;
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x25) jump(accumulator > k);
    else if (code === 0x35) jump(accumulator >= k);
    else if (code === 0x45) jump((accumulator & k) !== 0);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x05) at += 8 * k;
    else if (code === 0x06) return k;
    else throw new Error(`instruction 0x${code.toString(16)}`);
  }
  return undefined;
}

/** The init stub that is checked in is what the compiler makes of its source. */
import { describe, expect, test } from 'vitest';
import { missingGcc } from '../../../scripts/build/compiler.ts';
import { madeByThisMachinesTools } from '../../../scripts/stub/bytes-file.ts';
import { compileStub } from '../../../scripts/stub/compiler.ts';
import { stubBytes } from '../../../src/init/stub-bytes.ts';
import { CONTROL_OFFSET } from '../../../src/init/stub-process.ts';

describe.each(['x64', 'arm64'] as const)('the init stub for %s', (arch) => {
  const file = Buffer.from(stubBytes[arch], 'base64');

  test('is what `npm run stub` makes', (context) => {
    const missing = missingGcc(arch);
    context.skip(missing !== undefined, missing);
    context.skip(!madeByThisMachinesTools(arch), 'other versions made it; stub.test.ts runs both');
    expect(compileStub(arch).toString('base64')).toBe(stubBytes[arch]);
  });

  test('has its control socket where the number is written', () => {
    expect(file.readInt32LE(CONTROL_OFFSET)).toBe(3);
  });

  test('is less than a kilobyte, in one segment that cannot be written', () => {
    expect(file.length).toBeLessThan(1024);
    const [load, stack, ...others] = programHeaders(file);
    expect(load).toEqual({ type: 1, flags: 5, fileSize: file.length, memorySize: file.length });
    // PT_GNU_STACK: read and write.
    expect(stack).toMatchObject({ type: 0x6474e551, flags: 6 });
    expect(others).toEqual([]);
  });
});

/** elf(5) */
function programHeaders(file: Buffer) {
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = Number(file.readBigUInt64LE(32)) + index * 56;
    return {
      type: file.readUInt32LE(at),
      flags: file.readUInt32LE(at + 4),
      fileSize: Number(file.readBigUInt64LE(at + 32)),
      memorySize: Number(file.readBigUInt64LE(at + 40)),
    };
  });
}

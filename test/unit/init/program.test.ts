import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeProgram, INBOX_SIZE, ResultTable } from '../../../src/init/program.ts';
import {
  type Arg,
  type Call,
  call,
  callWithOut,
  callWithStruct,
  ignoreErrors,
  type Out,
  out,
  tolerate,
  words,
} from '../../../src/kernel/call.ts';
import { close, mkdirat, openat } from '../../../src/kernel/calls/file.ts';
import { execve } from '../../../src/kernel/calls/process.ts';
import { EACCES, EEXIST, ENOENT } from '../../../src/kernel/errno.ts';
import { syscallNumber } from '../../../src/kernel/syscall-numbers.ts';
import { ScriptedStub } from './scripted-kernel.ts';

const none: ReadonlyMap<Call, number> = new Map();
/** Every test's: a stub waits for the next program. */
const stub = new ScriptedStub();
afterAll(() => stub[Symbol.asyncDispose]());

const text = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((value) => value.replaceAll('\0', '').toWellFormed());
const number = fc.oneof(fc.integer(), fc.maxSafeInteger());

/** What does not depend on other calls. */
const leaf: fc.Arbitrary<Arg> = fc.oneof(
  number,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  text,
  fc.uint8Array({ maxLength: 40 }),
);

/** A leaf, a struct, memory to be filled in, by itself or in a struct, or a result: that of a call before. */
const argument = fc.oneof(
  leaf.map((value) => ({ value })),
  fc
    .array(
      fc.oneof(
        leaf,
        fc.tuple(leaf).map((inner) => words(...inner)),
      ),
      { maxLength: 4 },
    )
    .map((values) => ({
      value: words(...values),
    })),
  fc.constantFrom({ filled: (memory: Out) => memory }, { filled: (memory: Out) => words(1, memory) }),
  fc.nat().map((earlier) => ({ earlier })),
);

const program = fc
  .array(fc.record({ size: fc.nat(40), shape: fc.array(argument, { maxLength: 6 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((shapes) => {
    const calls: Call[] = [];
    for (const { size, shape } of shapes) {
      const memory = out(size);
      const args = shape.map((arg) => {
        if ('value' in arg) return arg.value;
        return 'filled' in arg ? arg.filled(memory) : (calls[arg.earlier % calls.length] ?? 0);
      });
      calls.push(callWithOut('getpid', memory, ...args));
    }
    return calls;
  });

describe('an encoded program', () => {
  test('gives the stub each argument as it was written', () => {
    fc.assert(
      fc.property(program, (calls) => {
        const encoded = encodeProgram(calls, none);
        const reply = stub.run(encoded, (_, index) => 100 + index);
        expect(reply.length).toBe(encoded.replyLength);
        calls.forEach((made, index) => {
          made.args.forEach((arg, position) => {
            mustBe(stub.executed[index]?.args[position] ?? -1n, arg, (of) => 100 + calls.indexOf(of));
          });
        });
        const results = new ResultTable();
        expect(encoded.decode(reply, results)).toBeUndefined();
        expect(calls.map((made) => results.value(made))).toEqual(calls.map((_, index) => 100 + index));
      }),
    );
  });

  test('takes results of earlier programs by value', () => {
    fc.assert(
      fc.property(fc.nat(1 << 20), (fd) => {
        const opened = openat(3, 'a', 0);
        const calls = [close(opened), call('getpid', words(opened))];
        stub.run(encodeProgram(calls, new Map([[opened, fd]])), () => 0);
        expect(stub.executed[0]?.args[0]).toBe(BigInt(fd));
        mustBe(stub.executed[1]?.args[0] ?? 0n, words(fd), () => -1);
      }),
    );
  });

  test('puts a result into a struct, answers it, and gives it to other calls too', () => {
    const opened = openat(3, 'a', 0);
    const struct = words(1, opened);
    const calls = [opened, callWithStruct('getpid', struct, struct), close(opened)];
    const encoded = encodeProgram(calls, none);
    const results = new ResultTable();
    const reply = stub.run(encoded, (_, index) => 7 + index);
    encoded.decode(reply, results);
    mustBe(stub.executed[1]?.args[0] ?? 0n, words(1, 7), () => -1);
    expect(stub.executed[2]?.args[0]).toBe(7n);
    expect(results.value(opened)).toBe(7);
  });

  test('stops at the call that fails, and says which and why', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 133 }), (at, errno) => {
        const calls = Array.from({ length: 10 }, (_, index) => mkdirat(3, `d${index}`, 0o755));
        const encoded = encodeProgram(calls, none);
        const results = new ResultTable();
        const reply = stub.run(encoded, (_, index) => (index === at ? -errno : 0));
        const failure = encoded.decode(reply, results);
        expect(failure).toEqual({ call: calls[at], errno });
        expect(stub.executed.length).toBe(at + 1);
        expect(results.values.size).toBe(at);
      }),
    );
  });

  test('goes on where the error is tolerated, and skips what refers to the failed call', () => {
    const opened = tolerate(openat(3, 'a', 0), ENOENT, EACCES);
    const made = ignoreErrors(mkdirat(opened, 'b', 0o755));
    const calls = [opened, made, close(opened), tolerate(mkdirat(3, 'c', 0o755), EEXIST)];
    const encoded = encodeProgram(calls, none);
    const results = new ResultTable();
    const reply = stub.run(encoded, (_, index) => (index === 0 ? -EACCES : -EEXIST));
    expect(encoded.decode(reply, results)).toBeUndefined();
    expect(stub.executed.length).toBe(2);
    expect(calls.map((each) => results.value(each))).toEqual([-EACCES, -EACCES, -EACCES, -EEXIST]);
  });

  test('returns the memory that calls have filled in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), text, (bytes, before) => {
        const memory = out(bytes.length);
        const filling = callWithOut('read', memory, 3, memory, bytes.length);
        const encoded = encodeProgram([call('chdir', before), filling], none);
        const reply = stub.run(encoded, ({ number, args }) => {
          if (number === syscallNumber('read')) stub.fill(args[1] ?? 0n, bytes);
          return 0;
        });
        const results = new ResultTable();
        encoded.decode(reply, results);
        expect(results.bytes(filling)).toEqual(bytes);
      }),
    );
  });

  test('holds two megabytes of arguments and environment', () => {
    const environment = Array.from({ length: 16 }, (_, index) => `${index}=${'x'.repeat(131_000)}`);
    const encoded = encodeProgram([execve('/bin/sh', ['sh'], environment)], none);
    stub.run(encoded, () => 0);
    mustBe(stub.executed[0]?.args[2] ?? 0n, words(...environment, 0), () => -1);
    expect(encoded.message.length).toBeLessThan(INBOX_SIZE);
  });

  test('that does not fit into the inbox is an error', () => {
    const huge = new Uint8Array(INBOX_SIZE);
    expect(() => encodeProgram([call('write', 1, huge, huge.length)], none)).toThrow('are too long');
  });

  test('refuses a string with a NUL and a result that nobody makes', () => {
    expect(() => encodeProgram([call('chdir', '/a\0b')], none)).toThrow(TypeError);
    expect(() => encodeProgram([close(openat(3, 'a', 0))], none)).toThrow(TypeError);
  });
});

describe('an answer', () => {
  const calls = [mkdirat(3, 'a', 0o755)];
  const encoded = encodeProgram(calls, none);

  test.each([
    ['a cursor before the program', 16, -128n],
    ['a cursor between operations', 16, 1n],
    ['a cursor behind the end', 16, 1_000_000n],
    ['an errno that is none', 8, -4096n],
  ])('with %s is refused: the stub is not to be trusted', (_, offset, change) => {
    const reply = stub.run(encoded, () => 0);
    const view = new DataView(reply.buffer, reply.byteOffset);
    view.setBigInt64(offset, view.getBigInt64(offset, true) + change, true);
    expect(() => encoded.decode(reply, new ResultTable())).toThrow('malformed');
  });
});

/** Compares what the kernel sees with what was written. */
function mustBe(seen: bigint, arg: Arg, resultOf: (call: Call) => number): void {
  if (typeof arg === 'number' || typeof arg === 'bigint') expect(seen).toBe(BigInt.asUintN(64, BigInt(arg)));
  else if (typeof arg === 'string') mustHold(seen, Buffer.from(`${arg}\0`));
  else if (arg instanceof Uint8Array) mustHold(seen, arg);
  else if (arg.kind === 'out') mustHold(seen, new Uint8Array(arg.size));
  else if (arg.kind === 'call') expect(seen).toBe(BigInt(resultOf(arg)));
  else if (arg.kind === 'halves') throw new TypeError('no halves are made here');
  else {
    arg.words.forEach((word, index) => {
      mustBe(stub.word(seen + BigInt(index * 8)), word, resultOf);
    });
  }
}

function mustHold(address: bigint, bytes: Uint8Array): void {
  expect(Buffer.compare(stub.bytes(address, bytes.length), bytes)).toBe(0);
}

/** Rules by number, executed by an interpreter of the instructions they are made of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { operators } from '../../../src/seccomp/names.ts';
import { numberedRules } from '../../../src/seccomp/numbered-rules.ts';
import { execute } from './interpreter.ts';

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const [FIRST, SECOND] = [0x0005002a, 0x80000000];

test('decide for their call and architecture alone', () => {
  const rule = { auditArchitecture: X86_64, number: 451, action: FIRST, alternatives: [[]] };
  const program = numberedRules([rule, { ...rule, number: 452, action: SECOND }]);
  expect(execute(program, X86_64, 451)).toBe(FIRST);
  expect(execute(program, X86_64, 452)).toBe(SECOND);
  expect(execute(program, X86_64, 453)).toBeUndefined();
  expect(execute(program, I386, 451)).toBeUndefined();
});

type Operator = keyof typeof operators;

const meets: Readonly<Record<Operator, (value: bigint, a: bigint, b: bigint) => boolean>> = {
  SCMP_CMP_NE: (value, a) => value !== a,
  SCMP_CMP_LT: (value, a) => value < a,
  SCMP_CMP_LE: (value, a) => value <= a,
  SCMP_CMP_EQ: (value, a) => value === a,
  SCMP_CMP_GE: (value, a) => value >= a,
  SCMP_CMP_GT: (value, a) => value > a,
  SCMP_CMP_MASKED_EQ: (value, a, b) => (value & a) === b,
};

const word = fc.constantFrom(0n, 1n, 5n, 0xffff_fffen, 0xffff_ffffn);
const value = fc.tuple(word, word).map(([high, low]) => (high << 32n) | low);
const condition = fc.record({
  index: fc.nat(5),
  operator: fc.constantFrom(...(Object.keys(operators) as Operator[])),
  a: value,
  b: value,
});
const conditions = fc.uniqueArray(condition, { maxLength: 6, selector: ({ index }) => index });

test('compare as seccomp_rule_add(3) has it; the first rule that is met decides', () => {
  const rules = fc.array(fc.array(conditions, { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  });
  const values = fc.array(value, { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(rules, values, (all, given) => {
      const program = numberedRules(
        all.map((alternatives, index) => ({
          ...{ auditArchitecture: X86_64, number: 451, action: index + 1 },
          alternatives: alternatives.map((one) =>
            one.map(({ operator, ...rest }) => ({ ...rest, operator: operators[operator] })),
          ),
        })),
      );
      const met = all.findIndex((alternatives) =>
        alternatives.some((one) =>
          one.every(({ index, operator, a, b }) => meets[operator](given[index] as bigint, a, b)),
        ),
      );
      expect(execute(program, X86_64, 451, given)).toBe(met < 0 ? undefined : met + 1);
    }),
    { numRuns: 2000 },
  );
});

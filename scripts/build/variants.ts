/** How the C sources of the executable are compiled and linked: as they are given away, and for sanitizers. */

const sources = ['host.c', 'values.c', 'encode.c', 'heap.c', 'file.c', 'math.c', 'seccomp.c'];

/** The time of the build would be in the heap (host.c), and addresses that fit this machine's processor (math.c). */
export const wrapped = [
  'gettimeofday',
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'ceil', 'cos', 'cosh', 'exp'],
  ...[
    'expm1',
    'fabs',
    'floor',
    'log',
    'log10',
    'log1p',
    'log2',
    'sin',
    'sinh',
    'sqrt',
    'tan',
    'tanh',
    'trunc',
  ],
];

/** How the C sources become a program. */
export interface Variant {
  readonly sources: readonly string[];
  readonly compile: readonly string[];
  readonly link: readonly string[];
  /** As in src/native/heap.h: HEAP_ADDRESS. */
  readonly heapAddress: string;
}

/** Addresses in the heap are those of the code. */
const atFixedAddresses = ['-std=gnu17', '-Wall', '-Wextra', '-Werror', '-fno-pie'];

export const released: Variant = {
  sources,
  compile: [...atFixedAddresses, '-O2', '-D_FORTIFY_SOURCE=3', '-fstack-protector-strong'],
  link: ['-static', '-s'],
  heapAddress: '0x200000000',
};

const sanitizers = '-fsanitize=address,undefined';

/**
 * AddressSanitizer and UndefinedBehaviorSanitizer, which end the program at the first finding.
 *
 * @param reports where findings are kept: the beginning of the files' names
 */
export function sanitized(reports: string): Variant {
  return {
    sources: [...sources, 'sanitized.c'],
    compile: [
      ...[
        ...atFixedAddresses,
        '-O1',
        '-g',
        '-fno-omit-frame-pointer',
        sanitizers,
        '-fno-sanitize-recover=all',
      ],
      `-DREPORTS="${reports}"`,
    ],
    // Without libraries of the machine: tests hide those.
    link: [sanitizers, '-static-libasan', '-static-libubsan'],
    heapAddress: '0x200000000000',
  };
}

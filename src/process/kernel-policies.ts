/**
 * `linux.memoryPolicy` and `linux.personality`: set_mempolicy(2), personality(2). They are the process's own affair
 * and need no right, but a seccomp filter may forbid them: they come before it.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { setMempolicy, personality as setPersonality } from '../kernel/calls/scheduling.ts';
import { memoryPolicyFlags, memoryPolicyModes, personas } from '../kernel/constants/scheduling.ts';
import { describeErrno, EINVAL, ENOSYS, errnoName } from '../kernel/errno.ts';
import { bitSet, parseNumberList } from '../spec/number-list.ts';
import type { Linux, MemoryPolicy, Personality } from '../spec/types.ts';

export function kernelPolicySteps({
  memoryPolicy,
  personality,
}: Pick<Linux, 'memoryPolicy' | 'personality'>): readonly Step[] {
  return [
    ...(memoryPolicy ? [memoryPolicyStep(memoryPolicy)] : []),
    ...(personality ? [personalityStep(personality)] : []),
  ];
}

function memoryPolicyStep({ mode, nodes = '', flags = [] }: MemoryPolicy): Step {
  const number = flags.reduce(
    (sum, flag) => sum | memoryPolicyFlags[flag],
    memoryPolicyModes[mode] as number,
  );
  const set = setMempolicy(number, bitSet(parseNumberList(nodes) ?? []));
  const pointer = '/linux/memoryPolicy';
  return step('init', `set the memory policy ${mode}`, pointer, [set], {
    recover: ({ errno }) => {
      const hint = memoryPolicyHint(mode, nodes, errno);
      if (hint === undefined) return undefined;
      const message = `cannot set the memory policy ${mode}: set_mempolicy: ${describeErrno(errno)}`;
      return new RuntimeError('system', message, {
        ...{ pointer, call: 'set_mempolicy', errno: errnoName(errno), hint },
      });
    },
  });
}

function memoryPolicyHint(mode: MemoryPolicy['mode'], nodes: string, errno: number): string | undefined {
  if (errno === ENOSYS) return 'this kernel is built without NUMA policies (CONFIG_NUMA)';
  if (errno !== EINVAL) return undefined;
  const known = `this kernel may not know ${mode} or its flags`;
  return nodes === ''
    ? known
    : `node ${nodes} may not be there, or not in the cpuset (see Mems_allowed_list in /proc/self/status); ${known}`;
}

function personalityStep({ domain }: Personality): Step {
  const pointer = '/linux/personality';
  return step('init', `set the personality ${domain}`, pointer, [setPersonality(personas[`PER_${domain}`])], {
    recover: ({ errno }) =>
      errno !== EINVAL
        ? undefined
        : new RuntimeError(
            'system',
            `cannot set the personality ${domain}: personality: ${describeErrno(errno)}`,
            {
              ...{ pointer, call: 'personality', errno: errnoName(errno) },
              hint: 'this processor does not execute 32-bit programs: remove it',
            },
          ),
  });
}

/** `linux.memoryPolicy`, `linux.personality`: what set_mempolicy(2) refuses with a mere EINVAL is said here. */

import { parseNumberList } from '../number-list.ts';
import type { Report } from '../problem.ts';
import { inWords } from '../problem.ts';
import type { Config, MemoryPolicy } from '../types.ts';
import type { Check } from './check.ts';

export const memoryPolicy: Check<Config> = {
  reads: ['/linux/memoryPolicy'],
  run({ linux }, report) {
    if (!linux?.memoryPolicy) return;
    checkNodes(linux.memoryPolicy, report);
    checkFlags(linux.memoryPolicy, report);
  },
};

const AT = '/linux/memoryPolicy';

function checkNodes({ mode, nodes = '', flags = [] }: MemoryPolicy, report: Report): void {
  const pointer = `${AT}/nodes`;
  const list = parseNumberList(nodes);
  if (!list) {
    report({ pointer, expected: 'a list of nodes such as "0-3,7"', found: inWords(nodes) });
    return;
  }
  const without = mode === 'MPOL_DEFAULT' || mode === 'MPOL_LOCAL';
  if (without && list.length > 0) {
    report({ pointer, expected: `none with ${mode}`, found: inWords(nodes), hint: 'remove the nodes' });
  }
  // MPOL_PREFERRED without nodes is MPOL_LOCAL.
  const optional = without || (mode === 'MPOL_PREFERRED' && !flags.some(isAboutNodes));
  if (!optional && list.length === 0) {
    report({ pointer, expected: `at least one node with ${mode}`, found: 'none', hint: 'write "0"' });
  }
}

type Flag = NonNullable<MemoryPolicy['flags']>[number];

function isAboutNodes(flag: Flag): boolean {
  return flag === 'MPOL_F_STATIC_NODES' || flag === 'MPOL_F_RELATIVE_NODES';
}

function checkFlags({ mode, flags = [] }: MemoryPolicy, report: Report): void {
  const [first, second] = new Set(flags.filter(isAboutNodes));
  if (second !== undefined) {
    const pointer = `${AT}/flags/${flags.indexOf(second)}`;
    report({
      pointer,
      expected: `not both ${first} and ${second}`,
      found: 'both',
      hint: 'remove one of them',
    });
  }
  flags.forEach((flag, index) => {
    const allowed = isAboutNodes(flag)
      ? mode !== 'MPOL_LOCAL'
      : mode === 'MPOL_BIND' || mode === 'MPOL_PREFERRED_MANY';
    if (allowed) return;
    const pointer = `${AT}/flags/${index}`;
    report({ pointer, expected: `no ${flag} with ${mode}`, found: inWords(flag), hint: 'remove it' });
  });
}

export const personality: Check<Config> = {
  reads: ['/linux/personality'],
  run({ linux }, report) {
    linux?.personality?.flags?.forEach((flag, index) => {
      const hint = 'the specification has no flag values yet: remove it';
      report({
        pointer: `/linux/personality/flags/${index}`,
        expected: 'no flags',
        found: inWords(flag),
        hint,
      });
    });
  },
};

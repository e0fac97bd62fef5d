/** `tsrun plan`: the steps of `create` and `start` with their system calls, as text and as JSON. */
import { controlOf } from '../init/spawn-step.ts';
import type { Step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { type Description, describe, nameResults, type ResultNames } from '../kernel/recording.ts';
import { stepLines } from './print-text.ts';

export interface Plan {
  readonly create: readonly Step[];
  readonly start: readonly Step[];
  /** Descriptors that are open before the plan begins, by name without `$`. */
  readonly handles?: Readonly<Record<string, Call>>;
}

/** A step with its calls in words. The shape is that of `plan --format json`; docs/plan.md describes it. */
export type DescribedStep = {
  /** From 1; `start` goes on counting. */
  readonly step: number;
  readonly name: string;
  readonly actor: 'runtime' | 'stub' | 'userns' | 'init';
  readonly pointer: string;
} & ({ readonly calls: readonly Description[] } | { readonly does: readonly string[] });

/** The whole plan in words. */
export interface DescribedPlan {
  readonly create: readonly DescribedStep[];
  readonly start: readonly DescribedStep[];
}

/** For reading; ends with a newline. */
export function printPlan(plan: Plan): string {
  const { create, start } = describePlan(plan);
  const lines = ['create', ...create.flatMap(stepLines), '', 'start', ...start.flatMap(stepLines)];
  return `${lines.join('\n')}\n`;
}

/** For programs; plain data for `JSON.stringify`. */
export function planJson(plan: Plan): unknown {
  return describePlan(plan);
}

export function describePlan(plan: Plan): DescribedPlan {
  const names = planNames(plan);
  const { create, start } = plan;
  return {
    create: create.map((step, index) => describeStep(step, index + 1, names)),
    start: start.map((step, index) => describeStep(step, create.length + index + 1, names)),
  };
}

function describeStep(step: Step, number: number, names: ResultNames): DescribedStep {
  const { name, pointer } = step;
  if (step.kind === 'action') return { step: number, name, actor: 'runtime', pointer, does: step.does };
  const calls = step.calls.map((call) => describe(call, names));
  return { step: number, name, actor: step.actor, pointer, calls };
}

function planNames({ create, start, handles = {} }: Plan): ResultNames {
  const calls = [...create, ...start].flatMap((step) => (step.kind === 'calls' ? step.calls : []));
  const controls = Object.entries(controlOf).map(([actor, call]) => [call, `$${actor}-control`] as const);
  const given = Object.entries(handles).map(([name, call]) => [call, `$${name}`] as const);
  return nameResults(calls, new Map([...controls, ...given]));
}

/** Prints which tests fail, and why others were skipped, and leaves the counts for `scripts/test.ts` (file named by TSRUN_COUNTS). */
import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export default class SkipReporter implements Reporter {
  /** A long run tells at once; why is told at its end. */
  onTestCaseResult(test: TestCase): void {
    if (test.result().state !== 'failed' || !process.env.TSRUN_QUIET) return;
    console.log(`\nfailed: ${test.project.name}: ${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const skipped = inState('skipped');
    for (const line of reasons(skipped)) console.log(line);
    // A file that cannot be loaded has no tests, and must not pass for that.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    const counts: Counts = {
      passed: inState('passed').length,
      failed: inState('failed').length + broken,
      skipped: skipped.length,
    };
    if (process.env.TSRUN_COUNTS) appendFileSync(process.env.TSRUN_COUNTS, `${JSON.stringify(counts)}\n`);
  }
}

/** One line per reason. */
function reasons(tests: readonly TestCase[]): string[] {
  const groups = new Map<string, string[]>();
  for (const test of tests) {
    const result = test.result();
    const reason = (result.state === 'skipped' && result.note) || 'no reason given';
    const names = groups.get(reason) ?? [];
    groups.set(reason, names);
    names.push(`${test.project.name}: ${test.fullName}`);
  }
  return [...groups].map(([reason, names]) => `skipped (${reason}):\n  ${names.join('\n  ')}`);
}

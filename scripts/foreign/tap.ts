/** What bats prints: https://testanything.org, with `# skip REASON` behind the name of a skipped test. */

export interface TestResult {
  readonly test: string;
  readonly result: 'pass' | 'fail' | 'skip';
  /** Why it was skipped, in the suite's words. */
  readonly reason?: string;
}

export interface Tap {
  readonly tests: readonly TestResult[];
  /** By test: what bats says about its failure. */
  readonly diagnostics: ReadonlyMap<string, readonly string[]>;
}

/** @param names of the tests in their order: those that are not in the text have not finished */
export function parseTap(text: string, names: readonly string[]): Tap {
  const found = new Map<number, TestResult>();
  const diagnostics = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of text.split('\n')) {
    const match = /^(not ok|ok) (\d+) (.*)$/.exec(line);
    if (match) {
      const [, word, number, rest = ''] = match;
      const result = resultOf(word === 'ok', rest);
      found.set(Number(number), result);
      last = [];
      if (result.result === 'fail') diagnostics.set(result.test, last);
    } else if (line.startsWith('#')) last?.push(line.slice(2));
  }
  const tests = names.map((test, index) => found.get(index + 1) ?? ({ test, result: 'fail' } as const));
  return { tests, diagnostics };
}

function resultOf(ok: boolean, rest: string): TestResult {
  const skipped = /^(.*?) # skip ?(.*)$/.exec(rest);
  if (skipped) return { test: skipped[1] ?? rest, result: 'skip', reason: skipped[2] || 'skipped' };
  return { test: rest.replace(/ # timeout.*$/, ''), result: ok ? 'pass' : 'fail' };
}

/** The names of the tests of a file of bats. */
export function testNames(source: string): string[] {
  return [...source.matchAll(/^@test "(.*)" \{$/gm)].map(([, name = '']) => name.replaceAll('\\', ''));
}

/** docs/spec-conformance.md as it should be now. */
import { inRoot } from '../build/paths.ts';
import { commandsSection } from './commands.ts';
import { fieldsSection, mountOptionsSection } from './fields.ts';
import { suiteSection } from './suite.ts';

export const conformanceFile = inRoot('docs/spec-conformance.md');

const INTRODUCTION = `<!-- Written by \`npm run conformance\`: edit test/setup/proofs.ts, or the code. -->
# Conformance

What of the OCI runtime specification 1.3.0 for Linux, and of runc's command line, tsrun implements, and which tests
show it. **implemented**: done, with an error where it cannot be done. **refused**: a configuration that asks for it is
an error that says so. **not applicable**: to be ignored on Linux. **accepted and ignored**: an option that has no
meaning here, and that callers give. No field is ignored. A unit test compares this page with the code.`;

export async function conformancePage(): Promise<string> {
  const sections = [
    INTRODUCTION,
    '## Fields of config.json',
    fieldsSection(),
    '## Mount options',
    mountOptionsSection(),
    '## Commands',
    await commandsSection(),
    "## runc's own tests",
    suiteSection(),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** `npm run conformance`: writes docs/spec-conformance.md from the code, the tests and the results of runc's suite. */
import { writeFileSync } from 'node:fs';
import { conformanceFile, conformancePage } from './conformance/page.ts';

writeFileSync(conformanceFile, await conformancePage());

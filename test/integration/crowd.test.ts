/** Many containers with limits at a time, as root. */
import { crowdTests } from '../setup/crowd-tests.ts';
import { limitsHere } from '../setup/limits-here.ts';
import { needRoot } from '../setup/needs.ts';

crowdTests('cgroups of our own', (context) => {
  needRoot(context);
  return { resources: limitsHere(), pauses: true };
});

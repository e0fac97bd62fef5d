/** Many containers at a time, as an ordinary user; with limits where a cgroup is delegated. */
import { crowdTests } from '../../setup/crowd-tests.ts';
import { limitsHere } from '../../setup/limits-here.ts';

crowdTests('cgroups as far as they are delegated', () => {
  const resources = limitsHere();
  return { resources, pauses: Object.keys(resources).length > 0 };
});

/** Many containers at a time, as an ordinary user; with limits where a cgroup is delegated. */
import { crowdTests, ownCrowd } from '../../setup/crowd-tests.ts';

crowdTests('as an ordinary user', ownCrowd);

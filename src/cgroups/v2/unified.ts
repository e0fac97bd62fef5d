/** linux.resources.unified: files of cgroup v2 by their names, config-linux.md, section Unified. */
import type { ControllerLimits } from '../limit.ts';

/** Line by line: files with one line per device take one at a time. */
export const unifiedLimits: ControllerLimits = ({ unified = {} }) =>
  Object.entries(unified).flatMap(([file, value]) =>
    value
      .split('\n')
      .filter((line, _, { length }) => line !== '' || length === 1)
      .map((text) => ({
        controller: file.slice(0, file.indexOf('.')),
        file,
        text,
        field: `/unified/${file.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        limit: `value of ${file}`,
      })),
  );

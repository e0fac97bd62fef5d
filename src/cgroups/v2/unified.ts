/** linux.resources.unified: files of cgroup v2 by their names, config-linux.md, section Unified. */
import { type ControllerLimits, type LimitWrite, restoreLine } from '../limit.ts';

/** Line by line: files with one line per device take one at a time. */
export const unifiedLimits: ControllerLimits = ({ unified = {} }) =>
  Object.entries(unified).flatMap(([file, value]) =>
    value
      .split('\n')
      .filter((line, _, { length }) => line !== '' || length === 1)
      .map((text) => ({
        ...{ controller: file.slice(0, file.indexOf('.')), file, text, limit: `value of ${file}` },
        field: `/unified/${file.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        ...restoring(file, text),
        // As pids.limit, which it overrides.
        ...(file === 'pids.max' ? { late: 'cloned' } : {}),
      })),
  );

/** Files with a line for each device, and what takes a line's limits back. */
const keyed: Readonly<Record<string, string>> = {
  'io.max': 'rbps=max wbps=max riops=max wiops=max',
  'io.latency': 'target=0',
  'io.weight': 'default',
  'io.bfq.weight': 'default',
  'rdma.max': 'hca_handle=max hca_object=max',
  'misc.max': 'max',
};

function restoring(file: string, text: string): Pick<LimitWrite, 'restore'> {
  const [key = ''] = text.split(' ');
  const none = keyed[file];
  return none === undefined ? {} : { restore: restoreLine(key, none) };
}

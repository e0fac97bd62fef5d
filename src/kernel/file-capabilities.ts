/** File capabilities: capabilities(7), stored as an extended attribute. */
import { libcFunction } from './ffi.ts';

const GETXATTR = 'long getxattr(const char *path, const char *name, void *value, size_t size)';

/** Whether executing the file gives capabilities. */
export function hasFileCapabilities(path: string): boolean {
  return libcFunction(GETXATTR)(path, 'security.capability', null, 0) > 0;
}

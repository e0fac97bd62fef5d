/** File capabilities: capabilities(7), stored as an extended attribute. */
import { call } from './call.ts';
import { attempt } from './local.ts';

/** Whether executing the file gives capabilities. */
export function hasFileCapabilities(path: string): boolean {
  return attempt(call('getxattr', path, 'security.capability', 0, 0)) > 0;
}

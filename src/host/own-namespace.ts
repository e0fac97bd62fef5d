/** Whether a namespace is one that this process is in: namespaces(7), "The /proc/PID/ns/ directory". */
import { statSync } from '../kernel/file-system.ts';

/**
 * @param file name below /proc/PID/ns
 * @returns false where nothing can be seen at the path: joining it will say why
 */
export function isOwnNamespace(file: string, path: string): boolean {
  try {
    const other = statSync(path)?.ino;
    // No two namespaces have the same number.
    return other !== undefined && other === statSync(`/proc/self/ns/${file}`)?.ino;
  } catch {
    return false;
  }
}

/** Before any test: two test files at once must not make the same user. */
import { makeTestUsers } from '../../setup/users.ts';

export default function setup(): void {
  if (process.getuid?.() === 0) makeTestUsers();
}

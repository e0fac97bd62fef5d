/** `--status-fd`: whether there is anybody to tell what happens to a container. */
import { type Report, StatusEvents } from './status-events.ts';

interface Reported {
  readonly id: string;
  readonly statusFd?: number;
  readonly preserveFds: number;
}

/** Does the work, and reports its failure. */
export async function reporting<T>(
  { id, statusFd, preserveFds }: Reported,
  work: (report: Report | undefined) => Promise<T>,
): Promise<T> {
  if (statusFd === undefined) return work(undefined);
  const events = new StatusEvents(statusFd, { id, preserveFds });
  try {
    return await work((event) => events.report(event));
  } catch (error) {
    events.reportFailure(error);
    throw error;
  }
}

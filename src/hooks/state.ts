/** What a hook reads from its standard input: the container's state (runtime.md, State) on one line. */

export interface HookState {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: 'creating' | 'created' | 'running' | 'stopped';
  /** As the hook sees it; left out where there is no process any more. */
  readonly pid?: number;
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Compact, keys in runc's order: some hooks read a single line, or look for `"pid":`. */
export function stateLine({ ociVersion, id, status, pid, bundle, annotations }: HookState): string {
  return JSON.stringify({ ociVersion, id, status, ...(pid ? { pid } : {}), bundle, annotations });
}

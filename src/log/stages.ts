/**
 * What `--debug` says at the stages of a start, beside the steps: runc's words, for scripts that look for them in the
 * log. runc's own tests do.
 */
export const stages = {
  /** The first stub is about to be started; it makes or joins the namespaces. */
  setup: 'nsexec container setup',
  /** The process in the container's namespaces is there, and controlled by the runtime. */
  inside: 'child process in init()',
  /** The container is set up. */
  complete: 'init: closing the pipe to signal completion',
  /** Of `exec`: what is left is to become the program. */
  program: 'setns_init: about to exec',
} as const;

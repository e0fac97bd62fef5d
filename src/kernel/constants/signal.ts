/** sigaction(2), sigprocmask(2), signalfd(2). The signals themselves are in process.ts. */

export const SIG_IGN = 1;
export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;

export const SFD_NONBLOCK = 0o4000;
export const SFD_CLOEXEC = 0o2000000;
/** sizeof(struct signalfd_siginfo) */
export const SIGNALFD_SIGINFO_SIZE = 128;

/** Resources of getrlimit(2): the index is the number (include/uapi/asm-generic/resource.h). */
export const resourceNames: readonly string[] = [
  ...[
    'RLIMIT_CPU',
    'RLIMIT_FSIZE',
    'RLIMIT_DATA',
    'RLIMIT_STACK',
    'RLIMIT_CORE',
    'RLIMIT_RSS',
    'RLIMIT_NPROC',
  ],
  ...['RLIMIT_NOFILE', 'RLIMIT_MEMLOCK', 'RLIMIT_AS', 'RLIMIT_LOCKS', 'RLIMIT_SIGPENDING', 'RLIMIT_MSGQUEUE'],
  ...['RLIMIT_NICE', 'RLIMIT_RTPRIO', 'RLIMIT_RTTIME'],
];

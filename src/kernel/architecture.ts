/** The machine's architecture, as far as system call numbers and the init stub depend on it. */
export type Architecture = 'x64' | 'arm64';

export const architecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'x64';

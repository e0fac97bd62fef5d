/** The machine's architecture, as far as system call numbers and the init stub depend on it. */
import { jsRuntime } from '#js-runtime';

export type Architecture = 'x64' | 'arm64';

export const architecture: Architecture = jsRuntime.architecture;

/** Types of what scripts/generate-constants.ts writes. */

/** All of `../constants/`. */
export const constants: readonly (readonly [name: string, value: bigint])[];

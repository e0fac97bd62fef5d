/** Seeds that have found something once: they are tried again in every run. */

export const configSeeds: readonly number[] = [];

export const commandLineSeeds: readonly number[] = [];

/** Through the program itself. */
export const containerSeeds: readonly number[] = [];

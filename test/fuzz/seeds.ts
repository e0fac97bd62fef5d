/** Seeds that have found something once: they are tried again in every run. */

export const configSeeds: readonly number[] = [];

export const commandLineSeeds: readonly number[] = [];

/** Through the program itself. 261318865: no mount namespace, and the root of the caller was changed. */
export const containerSeeds: readonly number[] = [261_318_865];

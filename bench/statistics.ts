/** Medians, quartiles and ratios of samples. */

/** The value below which `share` of the samples lie, interpolated between neighbours. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** One value per round; null for a round that this runtime did not take part in. */
export type Rounds = readonly (number | null)[];

/**
 * The median of the ratios within each round. A disturbance that lasts longer than a round slows both runtimes and
 * hardly changes their ratio. NaN if they share no round.
 */
export function pairedRatio(own: Rounds, reference: Rounds): number {
  const ratios = own.flatMap((value, round) => {
    const other = reference[round] ?? null;
    return value === null || other === null ? [] : [value / other];
  });
  return median(ratios);
}

export function present(rounds: Rounds): number[] {
  return rounds.filter((value) => value !== null);
}

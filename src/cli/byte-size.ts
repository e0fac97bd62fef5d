/** `64m`, `1.5GiB`, `1024`: sizes as Go's units.RAMInBytes takes them, in powers of 1024. */

const POWERS = ['', 'k', 'm', 'g', 't', 'p'];
const LARGEST = 2n ** 63n - 1n;

/** @returns undefined for what is no size */
export function byteSize(text: string): bigint | undefined {
  const [, whole, fraction = '', letter = ''] = /^(\d{1,19})(\.\d+)? ?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const unit = 1024n ** BigInt(POWERS.indexOf(letter.toLowerCase()));
  const part = fraction === '' ? 0n : BigInt(Math.trunc(Number(`0${fraction}`) * Number(unit)));
  const size = BigInt(whole) * unit + part;
  return size > LARGEST ? undefined : size;
}

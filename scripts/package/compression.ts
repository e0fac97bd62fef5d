/** How packages are compressed: small for giving away, or quickly for trying them. */
export interface Compression {
  readonly suffix: string;
  /** For tar(1). */
  readonly program: string;
  /** For dpkg-deb(1). */
  readonly debian: readonly string[];
}

/** xz makes the same of it with two threads as with any larger number, but not as with one. */
export const small: Compression = {
  suffix: 'xz',
  program: 'xz -6 --threads=2',
  debian: ['-Zxz', '--threads-max=2'],
};

export const quick: Compression = { suffix: 'gz', program: 'gzip -1 --no-name', debian: ['-Zzstd', '-z1'] };

/** What the kernel needs of an executable, elf(5): 64 bits, little-endian. */

const PROGRAM_HEADERS = 64;
/** In the ELF header: where the section headers stand, and the size and number of them and the index of their names. */
const SECTION_HEADERS = 40;
const SECTION_HEADER_SIZE = 58;
const SECTION_COUNT = 60;
const SECTION_NAMES = 62;
/** In a program header. */
const FILE_SIZE = 32;

/** The file up to the end of its first segment, which begins with the ELF header: no section headers, no names. */
export function loadedPart(file: Buffer): Buffer {
  const size = Number(file.readBigUInt64LE(PROGRAM_HEADERS + FILE_SIZE));
  const loaded = Buffer.from(file.subarray(0, size));
  loaded.writeBigUInt64LE(0n, SECTION_HEADERS);
  for (const offset of [SECTION_HEADER_SIZE, SECTION_COUNT, SECTION_NAMES]) loaded.writeUInt16LE(0, offset);
  return loaded;
}

/** The kernel as QEMU starts it without a boot loader: the ELF file in a compressed image (Linux: x86/boot.rst). */
import { zstdDecompressSync } from 'node:zlib';

const SETUP_SECTORS = 0x1f1;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const ZSTD = 0xfd2fb528;

/** @param image a bzImage whose payload is compressed with zstd, as Debian's are */
export function vmlinux(image: Buffer): Buffer {
  const begin = (image.readUInt8(SETUP_SECTORS) + 1) * 512 + image.readUInt32LE(PAYLOAD_OFFSET);
  // The last four bytes are the length of what comes out.
  const payload = image.subarray(begin, begin + image.readUInt32LE(PAYLOAD_LENGTH) - 4);
  if (payload.readUInt32LE(0) !== ZSTD)
    throw new Error('the kernel of the guest is not compressed with zstd');
  return zstdDecompressSync(payload);
}

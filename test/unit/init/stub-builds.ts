/** The stubs that tests run: the bytes that are checked in, and what other compilers make of the source. */
import { missingGcc } from '../../../scripts/build/compiler.ts';
import { madeByThisMachinesTools } from '../../../scripts/stub/bytes-file.ts';
import { compileStub } from '../../../scripts/stub/compiler.ts';
import { stubBytes } from '../../../src/init/stub-bytes.ts';
import { type Architecture, architecture } from '../../../src/kernel/architecture.ts';

export interface StubBuild {
  readonly arch: Architecture;
  readonly origin: 'checked in' | 'compiled here';
  readonly file: Uint8Array;
}

export const stubBuilds: readonly StubBuild[] = (['x64', 'arm64'] as const).flatMap(buildsFor);

/** Those that run without an emulator, which hides the kernel: it has no seccomp filters, for example. */
export const nativeBuilds = stubBuilds.filter(isNative);

export function isNative({ arch }: StubBuild): boolean {
  return arch === architecture;
}

function buildsFor(arch: Architecture): readonly StubBuild[] {
  const checkedIn: StubBuild = { arch, origin: 'checked in', file: Buffer.from(stubBytes[arch], 'base64') };
  if (missingGcc(arch) !== undefined || madeByThisMachinesTools(arch)) return [checkedIn];
  return [checkedIn, { arch, origin: 'compiled here', file: compileStub(arch) }];
}

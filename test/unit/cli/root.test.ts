import { afterEach, describe, expect, test, vi } from 'vitest';
import { stateRoot } from '../../../src/cli/root.ts';
import { effectiveUid } from '../../../src/kernel/own-process.ts';

vi.mock('../../../src/kernel/file-system.ts', async (original) => {
  const fs = await original<typeof import('../../../src/kernel/file-system.ts')>();
  return { ...fs, readlinkSync: vi.fn(() => 'user:[4026531837]'), statSync: vi.fn(() => undefined) };
});
vi.mock('../../../src/kernel/own-process.ts', { spy: true });
const { readlinkSync, statSync } = await import('../../../src/kernel/file-system.ts');

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** As this user, with this environment and these directories. */
function as(uid: number, environment: Record<string, string>, directories: string[] = []): string {
  vi.mocked(effectiveUid).mockReturnValue(uid);
  for (const name of ['USER', 'XDG_RUNTIME_DIR', 'HOME']) vi.stubEnv(name, environment[name]);
  vi.mocked(statSync).mockImplementation(((path: string) =>
    directories.includes(path) ? { isDirectory: () => true } : undefined) as never);
  return stateRoot(undefined);
}

describe('the default root', () => {
  test('of root is in /run, whatever the environment says', () => {
    expect(as(0, { XDG_RUNTIME_DIR: '/run/user/0' })).toBe('/run/tsrun');
  });

  test('of an ordinary user is in the runtime directory', () => {
    expect(as(1000, { XDG_RUNTIME_DIR: '/run/user/1000' })).toBe('/run/user/1000/tsrun');
  });

  test('of an ordinary user without one is where it would be, in the home, or in /tmp', () => {
    expect(as(1000, { HOME: '/home/u' }, ['/run/user/1000', '/home/u'])).toBe('/run/user/1000/tsrun');
    expect(as(1000, { HOME: '/home/u' }, ['/home/u'])).toBe('/home/u/.tsrun/run');
    expect(as(1000, { HOME: '/nonexistent', XDG_RUNTIME_DIR: 'relative' })).toBe('/tmp/tsrun-1000');
  });

  test('of the root of a user namespace is that of the user, unless USER says root', () => {
    vi.mocked(readlinkSync).mockReturnValue('user:[4026532000]' as never);
    expect(as(0, { XDG_RUNTIME_DIR: '/run/user/1000', USER: 'u' })).toBe('/run/user/1000/tsrun');
    expect(as(0, { XDG_RUNTIME_DIR: '/run/user/1000', USER: 'root' })).toBe('/run/tsrun');
    expect(as(0, { USER: 'u' })).toBe('/run/tsrun');
  });
});

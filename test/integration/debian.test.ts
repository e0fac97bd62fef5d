/** Debian, as root. */
import { debianTest } from '../setup/debian-test.ts';
import { needRoot } from '../setup/needs.ts';

debianTest(
  'apt installs a package in an overlay container, and the rootfs stays as it was',
  () => {},
  needRoot,
);

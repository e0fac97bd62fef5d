/** Debian, as an ordinary user with subordinate ids. */
import { debianTest } from '../../setup/debian-test.ts';
import { needRanges, withRanges } from '../../setup/subordinate-ranges.ts';

debianTest(
  'apt installs a package in a rootless overlay container, and the rootfs stays as it was',
  withRanges,
  needRanges,
);

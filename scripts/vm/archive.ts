/** The archive of Debian that the guest is made from: the one that the machine's own apt uses. */
import { execFileSync } from 'node:child_process';

/** The guest's version of Debian. */
export const suite = 'trixie';

/** What the archive is signed with, for all versions of Debian. */
export const archiveKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @throws where the machine's apt knows no archive of Debian */
export function debianArchive(): string {
  if (archives().length === 0) update();
  const [uri] = archives();
  if (uri === undefined)
    throw new Error('apt has no sources of Debian here; the guest is made from Debian packages');
  return uri;
}

/** The archives of whole versions, before those of updates and security fixes. */
function archives(): string[] {
  const format = '$(ORIGIN) $(LABEL) $(CODENAME) $(REPO_URI)';
  const lines = execFileSync('apt-get', ['indextargets', '--format', format], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines
    .map((line) => /^Debian Debian [a-z]+ (\S+)$/.exec(line)?.[1])
    .filter((uri) => uri !== undefined);
}

function update(): void {
  execFileSync('apt-get', ['-qq', 'update'], { stdio: ['ignore', 'inherit', 'inherit'] });
}

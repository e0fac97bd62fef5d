/** podman with an image of Debian: users and groups of its own, set-id programs, a package manager, a real shell. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { debianImage } from '../setup/debian-image.ts';
import { need } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { sharedPodman, type Who } from './setup/podman.ts';

const shared = sharedPodman();
const run = ['run', '--rm', '--network', 'none'];

const containerfile = `
FROM localhost/debian
RUN useradd --create-home --groups adm,audio,video,games person && su person -c 'id -Gn' >/groups
RUN apt-get check && dpkg --verify bash && perl -e 'print "perl\\n"'
RUN chown person:games /srv && chmod 2775 /srv
USER person
RUN touch ~/file && stat -c %U ~/file >~/owner
CMD ["bash", "-lc", "id -un; cat /groups ~/owner; stat -c '%a %U:%G' /srv"]
`;

describe.each<Who>(['root', 'ordinary user'])('as %s, an image of Debian', (who) => {
  test('is imported, built on and run', { timeout: patience(600_000) }, async (context) => {
    context.skip(!process.env.TSRUN_LONG, 'TSRUN_LONG=1 makes an image of Debian');
    need(context, 'mmdebstrap');
    const { podman, path } = await shared(context, who);
    const archive = join(path, 'debian.tar');
    copyFileSync(await debianImage(path), archive);
    chmodSync(archive, 0o644);
    expect(await podman(['import', archive, 'localhost/debian'])).toMatchObject({ code: 0 });

    const directory = join(path, who.replace(' ', '-'));
    mkdirSync(directory);
    writeFileSync(join(directory, 'Containerfile'), containerfile);
    const built = await podman(['build', '--network', 'none', '--tag', 'localhost/on-debian', directory]);
    expect(built, built.stderr).toMatchObject({ code: 0 });
    expect(built.stdout).toContain('perl\n');
    expect(await podman([...run, 'localhost/on-debian'])).toMatchObject({
      code: 0,
      stdout: 'person\nperson adm audio video games\nperson\n2775 person:games\n',
    });
    const groups = await podman([...run, 'localhost/on-debian', 'id', '-Gn']);
    expect(groups).toMatchObject({ code: 0, stdout: 'person adm audio video games\n' });
    const shadow = await podman([...run, 'localhost/on-debian', 'cat', '/etc/shadow']);
    expect(shadow).toMatchObject({ code: 1, stderr: 'cat: /etc/shadow: Permission denied\n' });
  });
});

/** `podman run`: each flag that reaches the runtime, seen from inside, as root and as an ordinary user. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { programUnderTest } from '../setup/rig.ts';
import { documented } from './setup/documented.ts';
import { lessUsedRunFlags } from './setup/less-used-run-flags.ts';
import { busybox, sharedPodman, type Who } from './setup/podman.ts';
import { runFlags } from './setup/run-flags.ts';

const shared = sharedPodman();

test('tsrun is what podman runs, by its name or by its path', async (context) => {
  const { podman, run } = await shared(context);
  const info = await podman(['info', '--format', '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}']);
  expect(info).toMatchObject({ code: 0, stdout: 'tsrun /usr/local/bin/tsrun\n' });
  const once = await run(['sh', '-c', documented('podman, once')]);
  expect(once).toMatchObject({ code: 0, stdout: 'hello\n', stderr: '' });
});

describe.each<Who>(['root', 'ordinary user'])('podman run as %s', (who) => {
  const rows = [...runFlags, ...(process.env.TSRUN_LONG ? lessUsedRunFlags : [])].filter((row) =>
    who === 'root' ? !row.userOnly : !row.rootOnly,
  );
  test.for(rows)('$flags: $command', async (row, context) => {
    const { podman } = await shared(context, who);
    const network = row.flags.includes('--network') ? [] : ['--network', 'none'];
    const result = await podman(['run', '--rm', ...network, ...row.flags, busybox, ...row.command]);
    const stdout = typeof row.shows === 'string' ? row.shows : expect.stringMatching(row.shows);
    expect(result).toMatchObject({ code: row.code ?? 0, stdout });
  });

  test('takes a copy of the program, from anywhere', async (context) => {
    const { podman, path } = await shared(context, who);
    const copy = join(path, `other-name-${who.replaceAll(' ', '-')}`);
    copyFileSync(programUnderTest(), copy);
    const line = ['--network', 'none', busybox, 'echo', 'hello'];
    const once = await podman(['--runtime', copy, 'run', '--rm', ...line]);
    expect(once).toMatchObject({ code: 0, stdout: 'hello\n', stderr: '' });
    // conmon and the container outlive the command that has started them.
    const started = await podman(['--runtime', copy, 'run', '--detach', '--name', 'copied', ...line]);
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(await podman(['--runtime', copy, 'wait', 'copied'])).toMatchObject({ code: 0, stdout: '0\n' });
    expect(await podman(['--runtime', copy, 'rm', 'copied'])).toMatchObject({ code: 0 });
  });

  test('gives it standard input, and takes no more than it reads', async (context) => {
    const { podman } = await shared(context, who);
    const line = ['run', '--rm', '--interactive', '--network', 'none', busybox];
    const copied = await podman([...line, 'cat'], { input: 'from outside\n' });
    expect(copied).toMatchObject({ code: 0, stdout: 'from outside\n', stderr: '' });
    expect(await podman([...line, 'true'], { input: 'x'.repeat(1 << 20) })).toMatchObject({ code: 0 });
  });

  test('gives it a terminal', async (context) => {
    const { run } = await shared(context, who);
    const line = `podman run --rm --tty --network none ${busybox} sh -c 'tty; test -t 0 && test -t 1 && test -t 2'`;
    const result = await run(['script', '--quiet', '--return', '--command', line, '/dev/null']);
    expect(result).toMatchObject({ code: 0, stdout: '/dev/pts/0\r\n' });
  });

  test('keeps named volumes, and mounts directories read-only, and as overlays', async (context) => {
    const { podman, path } = await shared(context, who);
    const line = (volume: string) => [
      'run',
      '--rm',
      '--network',
      'none',
      '--volume',
      volume,
      busybox,
      'sh',
      '-c',
    ];
    await podman([...line('kept:/volume'), 'echo kept >/volume/file']);
    expect(await podman([...line('kept:/volume'), 'cat /volume/file'])).toMatchObject({
      code: 0,
      stdout: 'kept\n',
    });
    const directory = join(path, `volume-${who}`);
    mkdirSync(directory, { mode: 0o755 });
    writeFileSync(join(directory, 'file'), 'of the host\n');
    const readOnly = await podman([
      ...line(`${directory}:/volume:ro`),
      'cat /volume/file; touch /volume/new',
    ]);
    expect(readOnly).toMatchObject({
      code: 1,
      stdout: 'of the host\n',
      stderr: 'touch: /volume/new: Read-only file system\n',
    });
    const overlay = await podman([
      ...line(`${directory}:/volume:O`),
      'echo over >/volume/new; cat /volume/*',
    ]);
    expect(overlay).toMatchObject({ code: 0, stdout: 'of the host\nover\n' });
    const unchanged = await podman([...line(`${directory}:/volume`), 'cat /volume/*']);
    expect(unchanged).toMatchObject({ code: 0, stdout: 'of the host\n' });
  });

  test('publishes a port', async (context) => {
    const { podman, run } = await shared(context, who);
    const port = who === 'root' ? 8080 : 8081;
    const serve = 'mkdir /www; echo page >/www/index.html; exec httpd -f -p 80 -h /www';
    const network = who === 'root' ? 'bridge' : 'slirp4netns';
    const line = [
      'run',
      '--detach',
      '--name',
      'web',
      '--network',
      network,
      '--publish',
      `127.0.0.1:${port}:80`,
    ];
    expect(await podman([...line, busybox, 'sh', '-c', serve])).toMatchObject({ code: 0 });
    const fetch = `until busybox wget -q -O - http://127.0.0.1:${port}/; do sleep 0.1; done`;
    expect(await run(['sh', '-c', `${fetch} 2>/dev/null`])).toMatchObject({ code: 0, stdout: 'page\n' });
    expect(await podman(['rm', '--force', '--time', '0', 'web'])).toMatchObject({ code: 0 });
  });

  test('leaves nothing behind', async (context) => {
    const { podman, run } = await shared(context, who);
    expect(await podman(['ps', '--all', '--quiet'])).toMatchObject({ code: 0, stdout: '' });
    const cgroups = () => run(['find', '/sys/fs/cgroup', '-name', 'libpod-*']);
    await expect.poll(cgroups, { timeout: patience(30_000) }).toMatchObject({ code: 0, stdout: '' });
  });
});

/** Eight at a time: containers of podman that run, are removed while they run, execute, and end by themselves. */
import { describe, expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { busybox, type Podman, sharedPodman, type Who } from './setup/podman.ts';

const shared = sharedPodman();
const count = process.env.TSRUN_LONG ? 60 : 8;
const alone = ['run', '--network', 'none'];

describe.each<Who>(['root', 'ordinary user'])('as %s', (who) => {
  test(`${count} run, are removed, execute and end`, { timeout: patience(600_000) }, async (context) => {
    const { podman, run } = await shared(context, who);
    await crowd(async (number) => {
      const result = await podman([...alone, '--rm', busybox, 'echo', `${number}`]);
      expect(result).toMatchObject({ code: 0, stdout: `${number}\n`, stderr: '' });
    });
    await crowd(async () => {
      const { stdout: id } = await podman([...alone, '--detach', busybox, 'sleep', '1000']);
      const removed = await podman(['rm', '--force', '--time', '0', id.trim()]);
      expect(removed).toMatchObject({ code: 0, stdout: id });
    });
    await withContainer(podman, async (name) => {
      await crowd(async (number) => {
        const result = await podman(['exec', name, 'sh', '-c', `echo ${number}; exit ${number % 100}`]);
        expect(result).toMatchObject({ code: number % 100, stdout: `${number}\n`, stderr: '' });
      });
    });
    await crowd(async (number) => {
      const { stdout: id } = await podman([
        ...alone,
        '--detach',
        busybox,
        'sh',
        '-c',
        `exit ${number % 100}`,
      ]);
      expect(await podman(['wait', id.trim()])).toMatchObject({ code: 0, stdout: `${number % 100}\n` });
      expect(await podman(['rm', id.trim()])).toMatchObject({ code: 0, stdout: id });
    });
    expect(await podman(['ps', '--all', '--quiet'])).toMatchObject({ code: 0, stdout: '' });
    const cgroups = () => run(['find', '/sys/fs/cgroup', '-name', 'libpod-*']);
    await expect.poll(cgroups, { timeout: patience(30_000) }).toMatchObject({ code: 0, stdout: '' });
  });
});

async function crowd(one: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await one(++next);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

async function withContainer(podman: Podman, use: (name: string) => Promise<void>): Promise<void> {
  expect(await podman([...alone, '--detach', '--name', 'crowd', busybox, 'sleep', '1000'])).toMatchObject({
    code: 0,
  });
  await use('crowd');
  expect(await podman(['rm', '--force', '--time', '0', 'crowd'])).toMatchObject({ code: 0 });
}

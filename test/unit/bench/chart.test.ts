import { expect, test } from 'vitest';
import { drawFullChart, drawReadmeChart } from '../../../bench/chart.ts';
import { measured, part, results } from './example.ts';

const widths = (svg: string, series: number) =>
  [...svg.matchAll(new RegExp(`class="s${series}" [^>]*width="(\\d+)" height="15"`, 'g'))].map(([, width]) =>
    Number(width),
  );

test("the README's chart has the versions, and bars in proportion", () => {
  const svg = drawReadmeChart(results());
  expect(svg).toContain('tsrun 0.1.0');
  expect(svg).toContain('runc 1.1.15 (Debian 13)');
  expect(svg).toContain('crun 1.8.1<');
  expect(svg).not.toContain('runc 1.1.5<');
  const [[tsrun = 0], [runc = 0]] = [widths(svg, 0), widths(svg, 4)];
  // Medians of 5 and 20 ms.
  expect(runc / tsrun).toBeCloseTo(4, 1);
  // The longest one uses the width, and leaves room for its label.
  expect(runc).toBeGreaterThan(420);
  expect(runc).toBeLessThan(480);
});

test('it is 800 pixels wide, and has colours for dark pages', () => {
  const svg = drawReadmeChart(results());
  expect(svg).toContain('viewBox="0 0 800 ');
  expect(svg).toContain('@media (prefers-color-scheme:dark)');
  const ends = [...svg.matchAll(/x="(\d+)" y="\d+" width="(\d+)"/g)].map(
    ([, x, width]) => Number(x) + Number(width),
  );
  expect(Math.max(...ends)).toBeLessThanOrEqual(800);
});

test('what only an ordinary user measured is drawn too', () => {
  const both = { tsrun: measured({ run: part('run', 1) }), runc: measured({ run: part('run', 2) }) };
  expect(drawReadmeChart(results({ scopes: { rootless: both } }))).toContain('as an ordinary user');
});

test('the full chart has every runtime and row, and escapes what it prints', () => {
  const svg = drawFullChart(results());
  for (const label of [
    'tsrun 0.1.0',
    'runc 1.1.5<',
    'runc 1.1.15 (Debian 13)',
    'events --stats',
    'run, instructions',
  ])
    expect(svg).toContain(label);
  expect(svg).toContain('Some &#60;CPU&#62;');
});

test('without results it says so', () => {
  expect(drawReadmeChart(undefined)).toContain('Not measured yet.');
  expect(drawFullChart(undefined)).toContain('Not measured yet.');
});

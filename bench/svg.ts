/** Horizontal bars in groups as an SVG of 800 pixels, for bright and dark pages. */

export interface Bar {
  /** Which colour. */
  readonly series: number;
  readonly value: number;
  readonly label: string;
}

export interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Stands above the group. */
  readonly heading?: string;
}

export interface LegendEntry {
  readonly series: number;
  readonly label: string;
}

/** In pixels. */
export interface Layout {
  /** Where the bars begin. */
  readonly left: number;
  readonly barHeight: number;
  /** Between groups. */
  readonly gap: number;
  readonly fontSize: number;
}

const WIDTH = 800;
const MARGIN = 12;
/** For the label of the longest bar. */
const LABEL = 90;
const LINE = 22;

/** Colours of series on a bright and on a dark page. */
const colours: readonly (readonly [bright: string, dark: string])[] = [
  ['#1f6feb', '#58a6ff'],
  ['#a5c8ff', '#2b5797'],
  ['#6e7781', '#9ea7b3'],
  ['#2da44e', '#3fb950'],
  ['#8c959f', '#7d8590'],
  ['#6cc084', '#2f8f45'],
  ['#b6bec7', '#5c646e'],
  ['#aadcb6', '#226a34'],
];

/** The page's colours too: a viewer may show the picture on a page of the other kind. */
const style = [
  'text{fill:#1f2328}.page{fill:#fff}',
  ...colours.map(([bright], series) => `.s${series}{fill:${bright}}`),
  '@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}',
  ...colours.map(([, dark], series) => `.s${series}{fill:${dark}}`),
  '}',
].join('');

export function drawSvg(
  layout: Layout,
  title: string,
  legend: readonly LegendEntry[],
  groups: readonly Group[],
): string {
  const { barHeight, gap, fontSize } = layout;
  const { parts, height: legendHeight } = drawLegend(legend, fontSize);
  let y = LINE + legendHeight + gap;
  for (const group of groups) {
    if (group.heading) {
      parts.push(text(MARGIN, y + LINE / 2, group.heading, 'font-weight="bold"'));
      y += LINE;
    }
    parts.push(...drawGroup(group, y, layout));
    y += group.bars.length * barHeight + gap;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="${fontSize}">`,
    `<style>${style}</style>`,
    `<rect class="page" width="${WIDTH}" height="${y}"/>`,
    text(MARGIN, LINE - 4, title, `font-size="${Math.min(fontSize, 12)}"`),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** In columns that are as wide as the longest entry. */
function drawLegend(legend: readonly LegendEntry[], fontSize: number): { parts: string[]; height: number } {
  const longest = Math.max(1, ...legend.map(({ label }) => label.length));
  const columns = Math.max(1, Math.floor((WIDTH - 2 * MARGIN) / (longest * fontSize * 0.58 + 34)));
  const parts = legend.flatMap(({ series, label }, index) => {
    const x = MARGIN + (index % columns) * ((WIDTH - 2 * MARGIN) / columns);
    const y = LINE + Math.floor(index / columns) * LINE;
    return [
      `<rect class="s${series}" x="${x}" y="${y + 5}" width="12" height="12" rx="2"/>`,
      text(x + 18, y + 15, label),
    ];
  });
  return { parts, height: Math.ceil(legend.length / columns) * LINE };
}

function drawGroup({ title, bars }: Group, top: number, { left, barHeight, fontSize }: Layout): string[] {
  const most = Math.max(...bars.map(({ value }) => value));
  const room = WIDTH - left - LABEL - MARGIN;
  const middle = top + (bars.length * barHeight) / 2 + fontSize / 3;
  return [
    text(left - 8, middle, title, 'text-anchor="end"'),
    ...bars.flatMap(({ series, value, label }, index) => {
      const y = top + index * barHeight;
      const width = most > 0 ? Math.max(1, Math.round((value / most) * room)) : 1;
      const size = Math.min(fontSize, barHeight - 1);
      return [
        `<rect class="s${series}" x="${left}" y="${y}" width="${width}" height="${barHeight - 2}" rx="1"/>`,
        text(left + width + 5, y + (barHeight - 2) / 2 + size * 0.36, label, `font-size="${size}"`),
      ];
    }),
  ];
}

function text(x: number, y: number, content: string, more = ''): string {
  const escaped = content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text x="${Math.round(x)}" y="${Math.round(y)}" ${more}>${escaped}</text>`;
}

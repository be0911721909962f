import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import { short } from "./controls.js";

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** The name of a colour, as in --c1. */
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly width?: number;
  /** Marks in place of a line. */
  readonly points?: boolean;
}

export interface PlotProps {
  /** What is seen, for those who do not see it. */
  label: string;
  height: number;
  x: readonly number[];
  lines: readonly Line[];
  xTitle: string;
  yTitle: string;
  xLog?: boolean;
  yLog?: boolean;
  yRange?: readonly [number, number];
  xRange?: readonly [number, number];
  /** Called with the plot when it is there, for what draws on it or listens to it. */
  onPlot?: (plot: UPlot) => void;
  /** Draws on top, in canvas pixels. */
  overlay?: (plot: UPlot) => void;
}

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** A colour of the page, as it is in light or dark. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Red, green and blue of a colour of the page. */
export function channels(name: string): [number, number, number] {
  const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
  // a canvas gives back #rrggbb, however the colour is written
  context.fillStyle = colour(name);
  const value = Number.parseInt(String(context.fillStyle).slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Ticks of a logarithmic axis: decades, or 1, 2 and 5 of each where there are few. */
function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / 7));
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    if (power % every !== 0) continue;
    for (const step of decades < 2 ? [1, 2, 5] : [1]) {
      const tick = Number(`${step}e${power}`);
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

function axisOf(title: string, log: boolean, size: number): UPlot.Axis {
  return {
    label: title,
    labelFont: FONT,
    font: FONT,
    labelSize: 20,
    size,
    stroke: () => colour("--muted"),
    grid: { stroke: () => colour("--grid"), width: 1 },
    ticks: { stroke: () => colour("--line"), width: 1, size: 5 },
    values: (_plot, splits) => splits.map((value) => short(value)),
    ...(log && {
      splits: (_plot: UPlot, _axis: number, low: number, high: number) => logTicks(low, high),
      filter: (_plot: UPlot, splits: number[]) => splits,
    }),
  };
}

function rangeOf(lines: readonly Line[], log: boolean): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of lines) {
    for (const value of values) {
      if (value === null || !Number.isFinite(value) || (log && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return log ? [0.1, 1] : [0, 1];
  if (log) return [low / 1.4, high * 1.4];
  const margin = 0.06 * (high - low) || Math.abs(high) * 0.1 || 1;
  return [low >= 0 && low < 0.3 * high ? 0 : low - margin, high + margin];
}

const dataOf = ({ x, lines, yLog }: PlotProps): UPlot.AlignedData =>
  [
    x,
    ...lines.map(({ values }) => (yLog ? values.map((value) => (value !== null && value > 0 ? value : null)) : values)),
  ] as UPlot.AlignedData;

/** Lines over numbers, as wide as there is room, in the colours of the page. */
export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>();
  const latest = useRef(props);
  latest.current = props;
  const { lines, height, xTitle, yTitle, xLog = false, yLog = false } = props;
  // what a plot is built of; the rest is data, which it takes as it stands
  const shape = JSON.stringify([
    lines.map(({ name, colour, dash, width, points }) => [name, colour, dash, width, points]),
    height,
    xTitle,
    yTitle,
    xLog,
    yLog,
  ]);

  useEffect(() => {
    const box = place.current as HTMLDivElement;
    const tip = document.createElement("div");
    tip.className = "tip";
    const made = new UPlot(
      {
        width: Math.max(200, box.clientWidth),
        height,
        legend: { show: false },
        scales: {
          x: {
            time: false,
            ...(xLog && { distr: 3 }),
            range: (_plot, low, high) => [...(latest.current.xRange ?? [low, high])] as [number, number],
          },
          y: {
            ...(yLog && { distr: 3 }),
            range: () => [...(latest.current.yRange ?? rangeOf(latest.current.lines, yLog))] as [number, number],
          },
        },
        axes: [axisOf(xTitle, xLog, 34), axisOf(yTitle, yLog, 58)],
        series: [
          {},
          ...lines.map(({ name, colour: key, dash, width = 2, points }) => ({
            label: name,
            stroke: () => colour(key),
            width: points ? 0 : width,
            spanGaps: false,
            points: { show: points ?? false, size: 8, ...(points && { fill: () => colour(key) }) },
            ...(dash && { dash: [...dash] }),
          })),
        ],
        cursor: { drag: { x: false, y: false }, points: { size: 7 } },
        hooks: {
          draw: [(self) => latest.current.overlay?.(self)],
          setCursor: [(self) => showTip(self, tip, latest.current)],
        },
      },
      dataOf(latest.current),
      box,
    );
    made.over.append(tip);
    plot.current = made;
    latest.current.onPlot?.(made);
    const observer = new ResizeObserver(() => {
      if (box.clientWidth > 0 && box.clientWidth !== made.width) made.setSize({ width: box.clientWidth, height });
    });
    observer.observe(box);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => made.redraw(false, true);
    scheme.addEventListener("change", redraw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", redraw);
      made.destroy();
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(dataOf(latest.current));
  });

  return <div ref={place} class="plot" role="img" aria-label={props.label} style={{ minHeight: `${height}px` }} />;
}

function showTip(plot: UPlot, tip: HTMLElement, { x, lines, xTitle }: PlotProps): void {
  const { idx, left = -1 } = plot.cursor;
  if (idx === null || idx === undefined || left < 0) {
    tip.style.display = "none";
    return;
  }
  const rows = lines.flatMap(({ name, values }) => {
    const value = values[idx];
    return value === null || value === undefined ? [] : [`${name}: ${short(value)}`];
  });
  tip.replaceChildren(
    ...[`${xTitle} ${short(x[idx] as number, 4)}`, ...rows].map((text) =>
      Object.assign(document.createElement("div"), { textContent: text }),
    ),
  );
  tip.style.display = rows.length > 0 ? "block" : "none";
  const width = plot.over.clientWidth;
  tip.style.left = left < width / 2 ? `${left + 12}px` : "auto";
  tip.style.right = left < width / 2 ? "auto" : `${width - left + 12}px`;
  tip.style.top = "4px";
}

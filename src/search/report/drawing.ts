// What the plots of the page are drawn with: uPlot, which stands in the page, and its canvas.
import type uPlotType from "uplot";
import type { Verdict } from "../verdict.js";
import { short } from "./format.js";

declare const uPlot: typeof uPlotType;

export type Plot = uPlotType;
type Options = uPlotType.Options;

export const COLOURS: Record<Verdict, string> = {
  "too low": "--low",
  good: "--good",
  "as good for all we know": "--unknown",
  "too high": "--high",
  erratic: "--diverged",
  diverged: "--diverged",
  lost: "--diverged",
  pruned: "--muted",
};
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
export const BOLD = `600 ${FONT}`;

export const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Ticks of a log axis: decades where there are several, otherwise 1, 2 and 5 of each. */
function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / most));
  const steps = decades < 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = first; power <= last; power++) {
    if (every > 1 && power % every !== 0) continue;
    for (const step of steps) {
      const tick = Number(`${step}e${power}`);
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

/** An axis in the colours of the page. */
export function axis(label: string, more: Partial<uPlotType.Axis> = {}): uPlotType.Axis {
  return {
    label,
    labelFont: FONT,
    font: FONT,
    labelSize: 20,
    stroke: () => colour("--muted"),
    grid: { stroke: () => colour("--grid"), width: 1 },
    ticks: { stroke: () => colour("--line"), width: 1, size: 5 },
    ...more,
  };
}

export function logAxis(label: string, most: number, more: Partial<uPlotType.Axis> = {}): uPlotType.Axis {
  return axis(label, {
    splits: (_plot, _axis, low, high) => logTicks(low, high, most),
    filter: (_plot, splits) => splits,
    values: (_plot, splits) => splits.map(short),
    ...more,
  });
}

/** Draws one plot and keeps it as wide as its place; it is drawn again when the page turns dark or light. */
export function draw(id: string, height: number, options: Omit<Options, "width" | "height">, data: uPlotType.AlignedData, tip: Tip): void {
  const place = document.getElementById(id);
  if (place === null) return;
  const box = document.createElement("div");
  box.className = "tip";
  const move = (plot: Plot) => showTip(plot, box, tip);
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height,
      legend: { show: false },
      pxAlign: 0,
      padding: [14, 14, 0, 0],
      ...options,
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, ...options.cursor },
      hooks: { ...options.hooks, setCursor: [move] },
    },
    data,
    place,
  );
  place.append(box);
  new ResizeObserver(() => {
    if (place.clientWidth !== plot.width) plot.setSize({ width: place.clientWidth, height });
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(false, true));
}

/** A line in a colour of the page. */
export function line(name: string, dash?: number[]): uPlotType.Series {
  return { stroke: () => colour(name), width: 2, points: { show: false }, spanGaps: false, ...(dash && { dash }) };
}

/** A value, or the edge beyond which it lies. */
export function clamped(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

/** The lines of a tip at an index of the data; none, no tip. */
type Tip = (index: number, plot: Plot) => readonly string[];

function showTip(plot: Plot, box: HTMLElement, tip: Tip): void {
  const { idx, left = -1, top = 0 } = plot.cursor;
  const lines = left < 0 || idx === null || idx === undefined ? [] : tip(idx, plot);
  box.style.display = lines.length > 0 ? "block" : "none";
  if (lines.length === 0) return;
  box.replaceChildren(
    ...lines.map((line, i) => {
      const element = document.createElement(i === 0 ? "b" : "div");
      element.textContent = line;
      return element;
    }),
  );
  const { offsetLeft } = plot.over;
  const x = offsetLeft + left + 14;
  box.style.left = `${x + box.offsetWidth > plot.width ? Math.max(0, x - box.offsetWidth - 28) : x}px`;
  box.style.top = `${Math.max(0, top)}px`;
}

/** A verdict as a shape, so that it can be told without its colour. */
export function drawMark({ ctx }: Plot, verdict: Verdict, x: number, y: number, size: number): void {
  // a dashed series leaves its dashes behind
  ctx.setLineDash([]);
  ctx.beginPath();
  if (verdict === "good" || verdict === "as good for all we know") ctx.arc(x, y, size, 0, 2 * Math.PI);
  else if (verdict === "lost") {
    ctx.moveTo(x, y - size);
    ctx.lineTo(x, y + size);
    ctx.moveTo(x - size * 0.7, y - size * 0.4);
    ctx.lineTo(x + size * 0.7, y - size * 0.4);
  } else if (verdict === "diverged") {
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x + size, y - size);
    ctx.lineTo(x - size, y + size);
  } else if (verdict === "erratic") {
    for (const height of [-0.45, 0.45]) {
      ctx.moveTo(x - size, y + (height + 0.2) * size);
      ctx.bezierCurveTo(
        x - size / 3,
        y + (height - 0.6) * size,
        x + size / 3,
        y + (height + 0.6) * size,
        x + size,
        y + (height - 0.2) * size,
      );
    }
  } else {
    const side = verdict === "too low" ? 1 : -1;
    ctx.moveTo(x, y + side * size * 1.1);
    ctx.lineTo(x - size * 1.1, y - side * size * 0.9);
    ctx.lineTo(x + size * 1.1, y - side * size * 0.9);
    ctx.closePath();
  }
  ctx.lineWidth = size / 2.2;
  const hollow = verdict === "as good for all we know";
  const open = verdict === "diverged" || verdict === "erratic" || verdict === "lost";
  if (open) {
    // a rim in the colour of the card, so that lines below do not cut through it
    ctx.strokeStyle = colour("--card");
    ctx.lineWidth = size;
    ctx.stroke();
    ctx.lineWidth = size / 2.2;
  }
  ctx.strokeStyle = open || hollow ? colour(COLOURS[verdict]) : colour("--card");
  ctx.fillStyle = hollow ? colour("--card") : colour(COLOURS[verdict]);
  if (!open) ctx.fill();
  ctx.stroke();
}

export function write(
  { ctx }: Plot,
  text: string,
  x: number,
  y: number,
  style: { colour: string; align?: CanvasTextAlign; font?: string },
): void {
  ctx.save();
  ctx.font = (style.font ?? FONT).replace("12px", `${12 * devicePixelRatio}px`);
  ctx.fillStyle = style.colour;
  ctx.textAlign = style.align ?? "left";
  ctx.textBaseline = "middle";
  // a rim in the colour of the card, so that lines below do not cut through it
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = colour("--card");
  ctx.lineJoin = "round";
  ctx.setLineDash([]);
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
  ctx.restore();
}

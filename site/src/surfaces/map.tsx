import { contours } from "d3-contour";
import { useEffect, useRef } from "preact/hooks";
import { colour } from "../ui/plot.js";
import { COLOURS, SIGNS } from "../ui/signs.js";
import { SURFACES, type Surface, type SurfaceName } from "./surfaces.js";
import type { Trail } from "./trace.js";

/** Cells of the grid that contours are found on. */
const [COLUMNS, ROWS] = [180, 140];
const LEVELS = 16;

interface Props {
  surface: SurfaceName;
  condition: number;
  trails: readonly { readonly name: string; readonly trail: Trail; readonly place: number }[];
  /** How many steps of the trails are drawn. */
  step: number;
  start: readonly [number, number];
  onStart: (start: [number, number]) => void;
}

/** The contours of a surface, and the ways of optimizers over it. */
export function SurfaceMap({ surface, condition, trails, step, start, onStart }: Props) {
  const ground = useRef<HTMLCanvasElement>(null);
  const ways = useRef<HTMLCanvasElement>(null);
  const sketch = useRef<() => void>();
  const dragging = useRef(false);
  const { frame, title }: Surface = SURFACES[surface];

  useEffect(() => {
    const canvas = ground.current as HTMLCanvasElement;
    const draw = () => {
      fit(canvas);
      drawGround(canvas, surface, condition);
    };
    draw();
    const redraw = () => {
      draw();
      sketch.current?.();
    };
    const observer = new ResizeObserver(redraw);
    observer.observe(canvas);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", redraw);
    };
  }, [surface, condition]);

  sketch.current = () => {
    const canvas = ways.current;
    if (canvas === null) return;
    fit(canvas);
    drawWays(canvas, SURFACES[surface], trails, step, start);
  };
  useEffect(() => sketch.current?.());

  const move = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x0, x1, y0, y1] = frame;
    const x = x0 + ((event.clientX - box.left) / box.width) * (x1 - x0);
    const y = y1 - ((event.clientY - box.top) / box.height) * (y1 - y0);
    onStart([Number(Math.min(x1, Math.max(x0, x)).toPrecision(3)), Number(Math.min(y1, Math.max(y0, y)).toPrecision(3))]);
  };
  const words = trails.map(({ name, trail }) => `${name} ends at ${trail.loss.at(-1)?.toPrecision(3)}`).join("; ");
  return (
    <div class="map">
      <canvas ref={ground} />
      <canvas
        ref={ways}
        role="img"
        aria-label={`${title}: contours and the ways of the optimizers. ${words}`}
        onPointerDown={(event) => {
          dragging.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          move(event);
        }}
        onPointerMove={(event) => dragging.current && move(event)}
        onPointerUp={() => {
          dragging.current = false;
        }}
      />
    </div>
  );
}

function fit(canvas: HTMLCanvasElement): void {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((size) => Math.round(size * devicePixelRatio)) as [number, number];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Heights above the lowest point by their logarithms: the floor of a valley has contours too. */
function drawGround(canvas: HTMLCanvasElement, name: SurfaceName, condition: number): void {
  const surface: Surface = SURFACES[name];
  const [x0, x1, y0, y1] = surface.frame;
  const heights = new Float64Array(COLUMNS * ROWS);
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const x = x0 + ((column + 0.5) / COLUMNS) * (x1 - x0);
      const y = y1 - ((row + 0.5) / ROWS) * (y1 - y0);
      heights[row * COLUMNS + column] = Math.log10(surface.value(x, y, condition) - surface.least + 1e-3);
    }
  }
  const sorted = heights.slice().sort();
  // half by how much area lies below, half by height
  const [low, high] = [sorted[0] as number, sorted.at(-1) as number];
  const thresholds = Array.from({ length: LEVELS }, (_, i) => {
    const share = (i + 1) / (LEVELS + 1);
    return (low + share * (high - low) + (sorted[Math.floor(share * sorted.length)] as number)) / 2;
  });
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const [width, height] = [canvas.width, canvas.height];
  context.clearRect(0, 0, width, height);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const shade = (i: number) => (dark ? `hsl(222 26% ${12 + (i * 24) / LEVELS}%)` : `hsl(222 42% ${82 + (i * 16) / LEVELS}%)`);
  context.fillStyle = shade(0);
  context.fillRect(0, 0, width, height);
  const shapes = contours().size([COLUMNS, ROWS]).thresholds(thresholds)(heights as unknown as number[]);
  shapes.forEach(({ coordinates }, i) => {
    context.beginPath();
    for (const polygon of coordinates) {
      for (const ring of polygon) {
        ring.forEach(([x, y], j) => {
          const [px, py] = [((x as number) / COLUMNS) * width, ((y as number) / ROWS) * height];
          if (j === 0) context.moveTo(px, py);
          else context.lineTo(px, py);
        });
        context.closePath();
      }
    }
    context.fillStyle = shade(i + 1);
    context.fill("evenodd");
    context.strokeStyle = dark ? "#ffffff22" : "#00205022";
    context.lineWidth = devicePixelRatio;
    context.stroke();
  });
}

function drawWays(
  canvas: HTMLCanvasElement,
  surface: Surface,
  trails: Props["trails"],
  step: number,
  start: readonly [number, number],
): void {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const [width, height] = [canvas.width, canvas.height];
  const [x0, x1, y0, y1] = surface.frame;
  const toX = (x: number) => ((x - x0) / (x1 - x0)) * width;
  const toY = (y: number) => ((y1 - y) / (y1 - y0)) * height;
  const unit = devicePixelRatio;
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  for (const [x, y] of surface.minima) {
    context.strokeStyle = colour("--ink");
    context.lineWidth = 2 * unit;
    context.beginPath();
    for (const [dx, dy] of [
      [5, 5],
      [5, -5],
    ] as const) {
      context.moveTo(toX(x) - dx * unit, toY(y) - dy * unit);
      context.lineTo(toX(x) + dx * unit, toY(y) + dy * unit);
    }
    context.stroke();
  }
  for (const { trail, place } of trails) {
    const last = Math.min(step, trail.x.length - 1);
    context.strokeStyle = colour(COLOURS[place % COLOURS.length] as string);
    context.lineWidth = 1.8 * unit;
    context.beginPath();
    for (let i = 0; i <= last; i++) {
      // far outside, so that lines to the edge keep their direction
      const px = Math.min(3 * width, Math.max(-2 * width, toX(trail.x[i] as number)));
      const py = Math.min(3 * height, Math.max(-2 * height, toY(trail.y[i] as number)));
      if (i === 0) context.moveTo(px, py);
      else context.lineTo(px, py);
    }
    context.stroke();
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `${14 * unit}px system-ui, "DejaVu Sans", sans-serif`;
  for (const { trail, place } of trails) {
    const last = Math.min(step, trail.x.length - 1);
    context.fillStyle = colour(COLOURS[place % COLOURS.length] as string);
    context.strokeStyle = colour("--card");
    context.lineWidth = 3 * unit;
    const [px, py] = [toX(trail.x[last] as number), toY(trail.y[last] as number)];
    context.strokeText(SIGNS[place % SIGNS.length] as string, px, py);
    context.fillText(SIGNS[place % SIGNS.length] as string, px, py);
  }
  context.strokeStyle = colour("--ink");
  context.fillStyle = colour("--card");
  context.lineWidth = 2 * unit;
  context.beginPath();
  context.arc(toX(start[0]), toY(start[1]), 5 * unit, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

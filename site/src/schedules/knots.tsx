import { useRef } from "preact/hooks";
import type UPlot from "uplot";
import { colour, Plot } from "../ui/plot.js";
import { type Plain, STEPS } from "./kinds.js";

type Knotted = { readonly kind: string; readonly boundaries: readonly number[]; readonly rates: readonly number[] };

/** Schedules that are given by points, which can be dragged. */
function isKnotted(plain: Plain): plain is Plain & Knotted {
  return typeof plain === "object" && (plain.kind === "interpolateRates" || plain.kind === "piecewiseConstant");
}

/** Where the points are: those of stairs at the beginning of each. */
function knotsOf({ kind, boundaries, rates }: Knotted): (readonly [number, number])[] {
  const steps = kind === "piecewiseConstant" ? [0, ...boundaries] : boundaries;
  return rates.map((rate, i) => [steps[i] as number, rate] as const);
}

/** The schedule with one point moved: no further than to its neighbours. */
function moved(plain: Plain & Knotted, at: number, step: number, rate: number): Plain {
  const shift = plain.kind === "piecewiseConstant" ? 1 : 0;
  const place = at - shift;
  const boundaries = [...plain.boundaries];
  if (place >= 0) boundaries[place] = Math.round(Math.min(boundaries[place + 1] ?? STEPS, Math.max(boundaries[place - 1] ?? 0, step)));
  const rates = plain.rates.map((old, i) => (i === at ? Math.max(0, Number(rate.toPrecision(3))) : old));
  return { ...(plain as object), kind: plain.kind, boundaries, rates };
}

interface Props {
  plain: Plain;
  rates: readonly number[];
  onChange: (plain: Plain) => void;
}

/** The rates of a schedule; its knots, where it has some, can be dragged. */
export function RatePlot({ plain, rates, onChange }: Props) {
  const latest = useRef({ plain, onChange });
  latest.current = { plain, onChange };
  const highest = Math.max(...rates);
  const held = useRef<{ at: number; top: number }>();
  const listen = (plot: UPlot) => {
    const { over } = plot;
    const place = (event: PointerEvent) => {
      const box = over.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top] as const;
    };
    over.addEventListener("pointerdown", (event) => {
      const { plain: now } = latest.current;
      if (!isKnotted(now)) return;
      const [x, y] = place(event);
      const distances = knotsOf(now).map(([step, rate]) => Math.hypot(plot.valToPos(step, "x") - x, plot.valToPos(rate, "y") - y));
      const at = distances.indexOf(Math.min(...distances));
      if ((distances[at] as number) > 24) return;
      held.current = { at, top: plot.scales["y"]?.max ?? 1 };
      over.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    over.addEventListener("pointermove", (event) => {
      const { plain: now, onChange: tell } = latest.current;
      if (held.current === undefined || !isKnotted(now)) return;
      const [x, y] = place(event);
      tell(moved(now, held.current.at, plot.posToVal(x, "x"), Math.min(held.current.top, plot.posToVal(y, "y"))));
    });
    const release = () => {
      held.current = undefined;
    };
    over.addEventListener("pointerup", release);
    over.addEventListener("pointercancel", release);
    over.style.touchAction = isKnotted(latest.current.plain) ? "none" : "";
  };
  const draw = (plot: UPlot) => {
    const { plain: now } = latest.current;
    plot.over.style.touchAction = isKnotted(now) ? "none" : "";
    plot.over.style.cursor = isKnotted(now) ? "grab" : "";
    if (!isKnotted(now)) return;
    const { ctx } = plot;
    for (const [step, rate] of knotsOf(now)) {
      ctx.beginPath();
      ctx.arc(plot.valToPos(step, "x", true), plot.valToPos(rate, "y", true), 6 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fillStyle = colour("--card");
      ctx.fill();
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.strokeStyle = colour("--accent");
      ctx.stroke();
    }
  };
  return (
    <Plot
      label={`The rate over ${STEPS} steps, from ${rates[0]} to ${rates.at(-1)}, at most ${highest}`}
      height={260}
      x={rates.map((_, step) => step)}
      lines={[{ name: "rate", values: rates, colour: "--accent", width: 2.2 }]}
      xTitle="step"
      yTitle="rate"
      yRange={held.current === undefined ? [0, highest * 1.12 || 1] : [0, held.current.top]}
      xRange={[0, STEPS]}
      onPlot={listen}
      overlay={draw}
    />
  );
}

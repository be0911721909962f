// Runs in the page, as plots.ts does.
import type { Stability } from "../stability.js";
import { colour, type Plot, write } from "./drawing.js";

/** Upright lines at the rates up to which full-batch steps are stable, in a plot whose horizontal axis is the rate. */
export function limitLines(theory: Stability | undefined): (plot: Plot) => void {
  const lines = [
    { rate: theory?.start.limit, name: "limit, first weights" },
    { rate: theory?.end?.limit, name: "limit, last weights" },
  ];
  return (plot) => {
    const { ctx, bbox, scales } = plot;
    lines.forEach(({ rate, name }, i) => {
      const { min = 0, max = 0 } = scales["x"] ?? {};
      if (rate === null || rate === undefined || rate < (min as number) || rate > (max as number)) return;
      const x = plot.valToPos(rate, "x", true);
      ctx.save();
      ctx.strokeStyle = colour("--accent");
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.restore();
      const right = x < bbox.left + bbox.width / 2;
      const place = { colour: colour("--accent"), align: right ? "left" : "right" } as const;
      write(plot, name, x + (right ? 6 : -6) * devicePixelRatio, bbox.top + (10 + 16 * i) * devicePixelRatio, place);
    });
  };
}

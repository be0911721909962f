import { useEffect, useRef, useState } from "preact/hooks";
import { channels, colour } from "../ui/plot.js";
import { COLOURS, SIGNS } from "../ui/signs.js";
import type { Opened, Picture } from "./task.js";

interface Props {
  picture: Picture;
  opened: Opened;
  name: string;
}

/** What a network has learnt: where it decides for which class, or what its first layer looks for. */
export function PictureOf({ picture, opened, name }: Props) {
  const place = useRef<HTMLCanvasElement>(null);
  const rows = useRef<HTMLCanvasElement>(null);
  const plane = picture.kind === "plane";
  const dark = useDark();
  useEffect(() => {
    const canvas = place.current as HTMLCanvasElement;
    if (picture.kind === "plane") drawPlane(canvas, picture, opened);
    else drawWeights(canvas, picture);
  }, [picture, opened, dark]);
  // the rows stay where they are while the network learns
  useEffect(() => {
    if (picture.kind === "plane" && rows.current !== null) drawRows(rows.current, picture.frame, opened);
  }, [plane, opened, dark]);
  return (
    <>
      <div
        class={plane ? "plane" : "weights"}
        role="img"
        aria-label={
          plane
            ? `The plane of both features, coloured by what ${name} decides, with the training rows`
            : `The weights of each unit in the first layer of ${name}, as pictures`
        }
      >
        <canvas ref={place} />
        {plane && <canvas ref={rows} />}
      </div>
      {plane && (
        <p class="legend">
          {opened.classes?.map((label, i) => (
            <span key={label} style={{ color: `var(${COLOURS[i % COLOURS.length]})` }}>
              {SIGNS[i % SIGNS.length]} {label}
            </span>
          ))}
        </p>
      )}
      {!plane && <p class="hint">A picture for each unit of the first layer: blue counts for it, red against it.</p>}
    </>
  );
}

/** Whether the page is dark. */
function useDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const look = () => setDark(scheme.matches);
    scheme.addEventListener("change", look);
    return () => scheme.removeEventListener("change", look);
  }, []);
  return dark;
}

/** The class of each cell, the fuller the surer; the browser smooths what it enlarges. */
function drawPlane(canvas: HTMLCanvasElement, { side, outputs }: Extract<Picture, { kind: "plane" }>, { sizes }: Opened): void {
  canvas.width = side;
  canvas.height = side;
  const image = new ImageData(side, side);
  const inks = Array.from({ length: sizes.outputs }, (_, i) => channels(COLOURS[i % COLOURS.length] as string));
  const ground = channels("--card");
  for (let cell = 0; cell < side * side; cell++) {
    const logits = outputs.subarray(cell * sizes.outputs, (cell + 1) * sizes.outputs);
    let best = 0;
    for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i;
    let total = 0;
    for (const logit of logits) total += Math.exp(logit - (logits[best] as number));
    // how much surer than a guess
    const sure = (1 / total - 1 / logits.length) / (1 - 1 / logits.length);
    const mix = 0.06 + 0.42 * sure;
    for (let channel = 0; channel < 3; channel++)
      image.data[4 * cell + channel] = (1 - mix) * (ground[channel] as number) + mix * ((inks[best] as number[])[channel] as number);
    image.data[4 * cell + 3] = 255;
  }
  (canvas.getContext("2d") as CanvasRenderingContext2D).putImageData(image, 0, 0);
}

function drawRows(canvas: HTMLCanvasElement, frame: readonly [number, number, number, number], { points }: Opened): void {
  const size = 640;
  canvas.width = size;
  canvas.height = size;
  if (points === null) return;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const [x0, x1, y0, y1] = frame;
  context.font = `16px system-ui, "DejaVu Sans", sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = colour("--card");
  for (let i = 0; i < points.targets.length; i++) {
    const px = (((points.features[2 * i] as number) - x0) / (x1 - x0)) * size;
    const py = ((y1 - (points.features[2 * i + 1] as number)) / (y1 - y0)) * size;
    const target = points.targets[i] as number;
    context.fillStyle = colour(COLOURS[target % COLOURS.length] as string);
    const sign = SIGNS[target % SIGNS.length] as string;
    context.strokeText(sign, px, py);
    context.fillText(sign, px, py);
  }
}

function drawWeights(canvas: HTMLCanvasElement, { units, values }: Extract<Picture, { kind: "weights" }>): void {
  const shown = Math.min(units, 64);
  const columns = Math.min(8, shown);
  const rows = Math.ceil(shown / columns);
  canvas.width = columns * 9 - 1;
  canvas.height = rows * 9 - 1;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const [high, low, ground] = [channels("--c1"), channels("--c2"), channels("--card")];
  const image = context.createImageData(canvas.width, canvas.height);
  for (let unit = 0; unit < shown; unit++) {
    let largest = 1e-6;
    for (let cell = 0; cell < 64; cell++) largest = Math.max(largest, Math.abs(values[cell * units + unit] as number));
    for (let cell = 0; cell < 64; cell++) {
      const weight = (values[cell * units + unit] as number) / largest;
      const ink = weight > 0 ? high : low;
      const x = (unit % columns) * 9 + (cell % 8);
      const y = Math.floor(unit / columns) * 9 + (cell >> 3);
      for (let channel = 0; channel < 3; channel++)
        image.data[4 * (y * canvas.width + x) + channel] =
          (1 - Math.abs(weight)) * (ground[channel] as number) + Math.abs(weight) * (ink[channel] as number);
      image.data[4 * (y * canvas.width + x) + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

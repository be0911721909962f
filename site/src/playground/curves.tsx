import { Card } from "../ui/controls.js";
import { type Line, Plot } from "../ui/plot.js";
import type { Point, Training } from "./training.js";

interface Props {
  names: readonly string[];
  trainings: readonly Training[];
}

const COLOURS = ["--c1", "--c4"];

/** Loss, score, rate and gradient norm against steps, of all runs. */
export function Curves({ names, trainings }: Props) {
  const steps = axisOf(trainings.map(({ points }) => points.map(({ step }) => step)));
  const epochs = axisOf(trainings.map(({ epochs }) => epochs.map(({ step }) => step)));
  const several = trainings.length > 1;
  const title = (what: string, i: number) => (several ? `${what}, ${names[i]}` : what);
  const of = (key: keyof Point, what: string): Line[] =>
    trainings.map(({ points }, i) => ({
      name: title(what, i),
      colour: COLOURS[i] as string,
      values: placed(
        steps,
        points.map((point) => [point.step, point[key]]),
      ),
    }));
  const validation = trainings.map(({ epochs: own }, i) => ({
    name: title("validation loss", i),
    colour: COLOURS[i] as string,
    dash: [6, 4],
    width: 2,
    values: placed(
      steps,
      own.flatMap(({ step, validation }) => (validation ? [[step, validation.loss] as const] : [])),
      true,
    ),
  }));
  const classes = trainings[0]?.opened?.classes !== null;
  return (
    <div class="pair">
      <Card title="Loss" hint="By step, logarithmic; dashed on validation rows, at the end of each epoch.">
        <Plot
          label="Loss against the step, of training and validation rows"
          height={210}
          x={steps}
          lines={[...of("loss", "training loss"), ...validation]}
          xTitle="step"
          yTitle="loss"
          yLog
        />
      </Card>
      <Card title={classes ? "Accuracy" : "R²"} hint="On validation rows, which no step learnt from.">
        <Plot
          label="The score on validation rows against the step"
          height={210}
          x={epochs}
          lines={trainings.map(({ epochs: own }, i) => ({
            name: title(classes ? "accuracy" : "R²", i),
            colour: COLOURS[i] as string,
            values: placed(
              epochs,
              own.flatMap(({ step, validation }) => (validation?.score !== undefined ? [[step, validation.score] as const] : [])),
            ),
          }))}
          xTitle="step"
          yTitle={classes ? "accuracy" : "R²"}
        />
      </Card>
      <Card title="Learning rate" hint="The rate that each step used.">
        <Plot label="The learning rate against the step" height={210} x={steps} lines={of("rate", "rate")} xTitle="step" yTitle="rate" />
      </Card>
      <Card title="Gradient norm" hint="How steep it was at each step.">
        <Plot
          label="The norm of the gradient against the step"
          height={210}
          x={steps}
          lines={of("norm", "norm")}
          xTitle="step"
          yTitle="norm"
          yLog
        />
      </Card>
    </div>
  );
}

/** All steps of all runs, rising. */
function axisOf(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** Values on an axis; the gaps of one that has few are bridged by its lines where that is wanted. */
function placed(axis: readonly number[], values: readonly (readonly [number, number])[], bridge = false): (number | null)[] {
  const known = new Map(values);
  if (!bridge) return axis.map((step) => known.get(step) ?? null);
  let i = 0;
  return axis.map((step) => {
    while (i + 1 < values.length && (values[i + 1] as readonly [number, number])[0] <= step) i++;
    const here = values[i];
    return here !== undefined && here[0] <= step && step <= (values.at(-1) as readonly [number, number])[0] ? here[1] : null;
  });
}

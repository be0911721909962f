import "./schedules.css";
import recipes from "virtual:recipes";
import { useMemo } from "preact/hooks";
import { describeSchedule } from "stepsize/schedules";
import { useAddress } from "../ui/address.js";
import { Card, Choice, Copy, Scroll } from "../ui/controls.js";
import { Fault } from "../ui/fault.js";
import { ScheduleForm } from "../ui/schedule-form.js";
import { mount } from "../ui/shell.js";
import { Effect } from "./effect.js";
import { equivalents } from "./equivalents.js";
import { codeOf, GALLERY, kindsIn, type Plain, SECTIONS, STEPS } from "./kinds.js";
import { RatePlot } from "./knots.js";
import { ratesOf } from "./rates.js";
import { made, readState } from "./state.js";
import { Thumbnail } from "./thumbnail.js";

const WATCHING = GALLERY.filter(([section]) => section === "Watching the loss").map(([, { kind }]) => kind);

/** How a schedule is put into another. */
const COMBINATIONS: Readonly<Record<string, (inner: Plain) => Plain>> = {
  "warm up in front": (then) => ({ kind: "warmup", steps: 20, then }),
  "another one behind": (first) => ({
    kind: "joinSchedules",
    schedules: [first, { kind: "cosine", rate: 0.05, steps: 100 }],
    boundaries: [100],
  }),
  "times another one": (first) => ({ kind: "multiplySchedules", schedules: [first, { kind: "cosine", rate: 1, steps: STEPS }] }),
  "a factor": (schedule) => ({ kind: "scaleSchedule", schedule, factor: 0.5 }),
  limits: (schedule) => ({ kind: "clampSchedule", schedule, min: 0.005, max: 0.08 }),
  "again and again": (schedule) => ({ kind: "repeatSchedule", schedule, steps: 50 }),
  later: (schedule) => ({ kind: "shiftSchedule", schedule, steps: 30 }),
  noise: (schedule) => ({ kind: "noisySchedule", schedule, deviation: 0.1, limit: 0.3 }),
};

function SchedulesPage() {
  const [{ schedule: plain }, setState, fault] = useAddress(readState);
  const change = (schedule: Plain) => setState({ schedule });
  const result = made(plain);
  const rates = useMemo(() => {
    try {
      return "schedule" in result ? ratesOf(result.schedule) : undefined;
    } catch {
      return undefined;
    }
    // the plain data decide all
  }, [plain]);
  const peak = Math.max(...(rates ?? [0]));
  const watches = typeof plain === "object" && WATCHING.includes(plain.kind);
  const others = rates === undefined ? [] : equivalents(recipes, plain, peak);
  const code = `import { ${kindsIn(plain).join(", ")} } from "stepsize/schedules";\n\nconst learningRate = ${codeOf(plain)};`;

  return (
    <>
      <h1>Schedules</h1>
      <p class="lead">
        How a learning rate changes over a run. Choose a shape, edit it, put one into another, and see what the steps do; then take it
        along, for this library or, where there is the same, for the one you use.
      </p>
      <Fault>{fault}</Fault>
      <div class="columns">
        <div class="stack">
          <Card title="The rate" {...("schedule" in result && { hint: `The rate is ${describeSchedule(result.schedule)}.` })}>
            {"fault" in result && (
              <p class="error" role="alert">
                {result.fault}
              </p>
            )}
            {rates !== undefined && <RatePlot plain={plain} rates={rates} onChange={change} />}
            <div class="row">
              {rates !== undefined && !watches && (
                <button type="button" onClick={() => change(asKnots(rates))}>
                  Make it knots to drag
                </button>
              )}
              {watches && <p class="hint">Drawn for a loss that falls for a third of the steps, stays for a third, and falls again.</p>}
            </div>
          </Card>
          {rates !== undefined && <Effect plain={plain} peak={peak} />}
          <Card title="As code">
            <pre>
              <code>{code}</code>
            </pre>
            <div class="row below">
              <Copy text={() => code}>Copy the code</Copy>
              <Copy text={() => JSON.stringify(plain)}>Copy as JSON</Copy>
              <Copy text={() => location.href}>Copy a link</Copy>
            </div>
            <h3>Elsewhere</h3>
            {others.length === 0 ? (
              <p class="muted">No call of PyTorch, Keras, Optax, transformers or timm is known to give these rates with these options.</p>
            ) : (
              <Scroll label="Calls of other libraries">
                <table>
                  <tbody>
                    {others.map(({ library, call }) => (
                      <tr key={library + call}>
                        <th scope="row">{library}</th>
                        <td>
                          <code>{call}</code>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            )}
          </Card>
        </div>
        <div class="stack">
          <Card title="Edit">
            <div class="stack">
              <ScheduleForm name="schedule" value={plain} onChange={change} kinds={GALLERY.map(([, { kind }]) => kind)} />
              {!watches && (
                <Choice
                  label="Put something around it"
                  value=""
                  options={[["", "choose …"], ...Object.keys(COMBINATIONS).map((name) => [name, name] as const)]}
                  onChange={(name) => name !== "" && change((COMBINATIONS[name] as (inner: Plain) => Plain)(plain))}
                />
              )}
            </div>
          </Card>
        </div>
      </div>
      <section class="gallery" aria-label="Gallery">
        {SECTIONS.map((section) => (
          <div key={section}>
            <h2>{section}</h2>
            <div class="shapes">
              {GALLERY.filter(([own]) => own === section).map(([, start]) => (
                <button
                  key={start.kind}
                  type="button"
                  aria-pressed={typeof plain === "object" && plain.kind === start.kind}
                  onClick={() => change(start)}
                >
                  <Thumbnail plain={start} />
                  {start.kind}
                </button>
              ))}
            </div>
          </div>
        ))}
      </section>
    </>
  );
}

/** A schedule as lines between nine of its rates. */
function asKnots(rates: readonly number[]): Plain {
  const boundaries = Array.from({ length: 9 }, (_, i) => Math.round((i * STEPS) / 8));
  return { kind: "interpolateRates", boundaries, rates: boundaries.map((step) => Number((rates[step] as number).toPrecision(3))) };
}

mount(SchedulesPage);

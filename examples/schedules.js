// Schedules are plain data: build them, read them in words, look at them, send them as JSON and get the same numbers back.
import {
  cosine,
  describeSchedule,
  oneCycle,
  perEpoch,
  rateAt,
  ratesBetween,
  scheduleFromJSON,
  stepDecay,
  warmup,
} from "stepsize/schedules";

const schedules = {
  cosine: cosine({ rate: 0.01, steps: 100 }),
  "warm-up": warmup({ steps: 20, then: cosine({ rate: 0.01, steps: 80 }) }),
  "one cycle": oneCycle({ rate: 0.01, steps: 100 }),
  "step by epoch": perEpoch(stepDecay({ rate: 0.01, every: 3, factor: 0.5 })),
};
const clock = { stepsPerEpoch: 10, totalSteps: 100 };

for (const [name, schedule] of Object.entries(schedules)) {
  const curve = [...ratesBetween(schedule, 0, 100, clock)].filter((_, i) => i % 4 === 0);
  const bars = curve.map((rate) => "▁▂▃▄▅▆▇█"[Math.min(7, Math.floor((rate / 0.01) * 8))]).join("");
  console.log(`${name.padEnd(14)} ${bars}  ${describeSchedule(schedule)}`);
}

const sent = JSON.stringify(schedules["warm-up"]);
console.log(sent);
console.log(rateAt(scheduleFromJSON(JSON.parse(sent)), 33) === rateAt(schedules["warm-up"], 33) ? "the same bits" : "different");

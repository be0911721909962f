// Fits the 21 parameters of a scheduler of flashcards (the formulas of FSRS-6, as py-fsrs 6.3.2 has them) to a history of reviews, by
// gradients of its own: numbers that carry their 21 derivatives along. The history is made by other parameters, so that it is known how well
// a fit can do.
//
//   node examples/fit-scheduler.js
import { adam, cosine, load, Optimizer, Parameters } from "stepsize";
import { Random } from "stepsize/numerics";

const DEFAULTS = [
  0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729,
  0.5425, 0.0912, 0.0658, 0.1542,
];
const LEAST = [0.001, 0.001, 0.001, 0.001, 1, 0.001, 0.001, 0.001, 0, 0, 0.001, 0.001, 0.001, 0.001, 0, 0, 1, 0, 0, 0, 0.1];
const MOST = [100, 100, 100, 100, 10, 4, 4, 0.75, 4.5, 0.8, 3.5, 5, 0.25, 0.9, 4, 1, 6, 2, 2, 0.8, 0.8];
const SIZE = DEFAULTS.length;

/** A number with its derivatives by the parameters; f(x) has f'(x) times those of x. */
class Dual {
  constructor(value, slopes) {
    this.value = value;
    this.slopes = slopes;
  }
  static of(x) {
    return x instanceof Dual ? x : new Dual(x, new Float64Array(SIZE));
  }
  map(value, slope) {
    return new Dual(
      value,
      this.slopes.map((x) => x * slope),
    );
  }
  add(other) {
    const { value, slopes } = Dual.of(other);
    return new Dual(
      this.value + value,
      this.slopes.map((x, i) => x + slopes[i]),
    );
  }
  mul(other) {
    const { value, slopes } = Dual.of(other);
    return new Dual(
      this.value * value,
      this.slopes.map((x, i) => x * value + slopes[i] * this.value),
    );
  }
  exp() {
    const value = Math.exp(this.value);
    return this.map(value, value);
  }
  log() {
    return this.map(Math.log(this.value), 1 / this.value);
  }
  pow(other) {
    return this.log().mul(other).exp();
  }
  inverse() {
    return this.map(1 / this.value, -1 / this.value ** 2);
  }
  clamp(least, most) {
    return this.value < least ? Dual.of(least) : this.value > most ? Dual.of(most) : this;
  }
}
const parametersOf = (values) =>
  Array.from(
    values,
    (value, i) =>
      new Dual(
        value,
        Float64Array.from({ length: SIZE }, (_, j) => +(i === j)),
      ),
  );
const minus = (x) => x.mul(-1);

/** How likely a card is remembered after days, with a memory of this stability. */
function recall(w, days, stability) {
  const factor = minus(w[20]).inverse().mul(Math.log(0.9)).exp().add(-1);
  return factor.mul(days).mul(stability.inverse()).add(1).pow(minus(w[20]));
}

const firstDifficulty = (w, grade) =>
  minus(w[5].mul(grade - 1).exp())
    .add(w[4])
    .add(1);

/** What a memory becomes by a review: grade 1 is "again", 2 "hard", 3 "good", 4 "easy". */
function review(w, memory, days, grade) {
  if (memory === undefined) return { stability: w[grade - 1], difficulty: firstDifficulty(w, grade).clamp(1, 10) };
  const { stability: s, difficulty: d } = memory;
  const forgotten = minus(recall(w, days, s)).add(1);
  let stability;
  if (days === 0) {
    const growth = w[17]
      .mul(w[18].add(grade - 3))
      .exp()
      .mul(s.pow(minus(w[19])));
    stability = s.mul(grade >= 2 && growth.value < 1 ? 1 : growth);
  } else if (grade === 1) {
    const lapse = w[11]
      .mul(d.pow(minus(w[12])))
      .mul(s.add(1).pow(w[13]).add(-1))
      .mul(w[14].mul(forgotten).exp());
    const most = s.mul(minus(w[17].mul(w[18])).exp());
    stability = lapse.value < most.value ? lapse : most;
  } else {
    let growth = w[8]
      .exp()
      .mul(minus(d).add(11))
      .mul(s.pow(minus(w[9])))
      .mul(w[10].mul(forgotten).exp().add(-1));
    if (grade === 2) growth = growth.mul(w[15]);
    if (grade === 4) growth = growth.mul(w[16]);
    stability = s.mul(growth.add(1));
  }
  const moved = d.add(
    w[6]
      .mul(-(grade - 3))
      .mul(minus(d).add(10))
      .mul(1 / 9),
  );
  const difficulty = w[7].mul(firstDifficulty(w, 4)).add(minus(w[7]).add(1).mul(moved)).clamp(1, 10);
  return { stability: stability.clamp(0.001, 36500), difficulty };
}

/** Histories of cards: days since the review before, and the grade. */
function histories(count, truth, random) {
  const w = parametersOf(truth);
  return Array.from({ length: count }, () => {
    const reviews = [];
    let memory;
    for (let i = 0; i < 6; i++) {
      const days = i === 0 || random.uniform() < 0.1 ? 0 : Math.max(1, Math.round(memory.stability.value * (0.3 + 2 * random.uniform())));
      const remembered = i === 0 ? 0.7 : recall(w, days, memory.stability).value;
      const grade = random.uniform() > remembered ? 1 : 2 + Math.floor(3 * random.uniform() ** 1.3);
      reviews.push({ days, grade });
      memory = review(w, memory, days, grade);
    }
    return reviews;
  });
}

/** The mean log loss of whether cards were remembered, and its gradient. */
function lossOf(w, cards) {
  let [loss, count] = [Dual.of(0), 0];
  for (const reviews of cards) {
    let memory;
    for (const { days, grade } of reviews) {
      if (memory !== undefined && days > 0) {
        const r = recall(w, days, memory.stability).clamp(1e-6, 1 - 1e-6);
        loss = loss.add(minus((grade > 1 ? r : minus(r).add(1)).log()));
        count++;
      }
      memory = review(w, memory, days, grade);
    }
  }
  return loss.mul(1 / count);
}

const defaults = parametersOf(DEFAULTS);
const days = [0, 0, 5, 12, 0, 3];
const grades = [3, 2, 4, 1, 3, 3];
const card = days.reduce((memory, since, i) => review(defaults, memory, since, grades[i]), undefined);
const digits = (x) => x.value.toFixed(6);
console.log(
  `with the defaults, a card after good, hard, easy, again, good, good: stability ${digits(card.stability)}, ` +
    `difficulty ${digits(card.difficulty)}, recalled after 10 days with ${digits(recall(defaults, 10, card.stability))}`,
);

const random = new Random(3);
const truth = DEFAULTS.map((value, i) => Math.min(MOST[i], Math.max(LEAST[i], value * Math.exp(2 * random.uniform() - 1))));
const [training, held] = [histories(400, truth, random), histories(400, truth, random)];

const [steps, batch] = [150, 80];
const parameters = new Parameters(await load(), { w: [SIZE] });
// a rate for each parameter: those that are large move in larger steps
const optimizer = new Optimizer(
  parameters,
  adam({ learningRate: cosine({ rate: 0.03, steps }), groups: [{ match: "w", elementRates: true }] }),
);
const { value, gradient } = parameters.get("w");
value.set(DEFAULTS);
optimizer.elementRates("w").set(DEFAULTS.map((size) => Math.max(0.1, size)));
for (let step = 0; step < steps; step++) {
  const from = (step * batch) % training.length;
  const loss = lossOf(parametersOf(value), training.slice(from, from + batch));
  gradient.set(loss.slopes);
  optimizer.step(loss.value);
  for (let i = 0; i < SIZE; i++) value[i] = Math.min(MOST[i], Math.max(LEAST[i], value[i]));
}

const heldLoss = (values) => lossOf(parametersOf(values), held).value.toFixed(4);
console.log(
  `log loss of held-out cards: ${heldLoss(DEFAULTS)} with the defaults, ${heldLoss(value)} fitted, ${heldLoss(truth)} with what made them`,
);
console.log(`${SIZE} parameters: ${Array.from(value, (w) => w.toPrecision(3)).join(", ")}`);

// Fits a curve with bounds to noisy points, and says how sure its parameters are: a logistic growth of which the ceiling is known to be at most 100.
//
//   node examples/fit-curve.js
import { curveFit } from "stepsize/minimize";
import { Random } from "stepsize/numerics";

const growth = (day, [ceiling, rate, middle]) => ceiling / (1 + Math.exp(-rate * (day - middle)));

const random = new Random(1);
const days = Array.from({ length: 30 }, (_, day) => day);
const sizes = days.map((day) => growth(day, [90, 0.4, 12]) + 4 * (random.uniform() - 0.5));

const { popt, perr, success, message } = curveFit(growth, days, sizes, [50, 0.1, 15], {
  bounds: [
    [0, 100],
    [0, null],
    [null, null],
  ],
});

console.log(success, message);
for (const [i, name] of ["ceiling", "rate", "middle"].entries()) console.log(`${name} ${popt[i].toFixed(3)} ± ${perr[i].toFixed(3)}`);

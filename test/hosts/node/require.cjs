const stepsize = require("stepsize");
const { train } = require("../job.js");

train(stepsize).then((result) => console.log(JSON.stringify(result)));

/** Where the library's options come from on the command line: the first pattern that matches a field's path names the flag. */
const FLAGS: readonly [RegExp, string][] = [
  [/^run\.batchSize$/, "--batch-size"],
  [/^(?:csv|encoder)\.missingValues.*/, "--missing-values"],
  [/^run\.earlyStopping.*/, "--patience"],
  [/^run\.classWeights.*/, "--class-weights"],
  [/^run\.metrics.*/, "--metric"],
  [/^run\.loss(?:\.kind)?$/, "--loss"],
  [/^run\.loss\.(.+)$/, "--loss $1"],
  [/^(?:run\.model|mlp)\.(hidden|activation|dropout)(?:\[\d+\])?$/, "--$1"],
  [/^study\.vary\.(.+)$/, "--vary $1"],
  [/^study\.(\w+)$/, "--$1"],
  [/^rangeTest\.(\w+)$/, "--$1"],
  [/^(?:run|search|csv|encoder|encode|load|text)\.(\w+)(?:\[\d+\])?$/, "--$1"],
  [/^(?:queue|bullmq\w+)\.connection$/, "--queue"],
  [/^bullmqWorker\.takeOver$/, "--take-over"],
  [/^bullmq\w+\.(\w+)$/, "--$1"],
  [/^search\.budget\.seconds$/, "--time"],
  [/^search\.budget\.trials$/, "--trials"],
  [/^logspace\.(from|to|count)$/, "--rates $1"],
  [/^optimizer\.kind$/, "--optimizer"],
  [/^(?:run\.)?optimizer\.learningRate$/, "--rate"],
  [/^(?:run\.)?optimizer\.learningRate\.kind$/, "--schedule"],
  [/^(?:run\.)?optimizer\.learningRate\.(.+)$/, "--schedule $1"],
  [/^(?:run\.)?optimizer\.(.+)$/, "--set $1"],
];

/** The flag behind an option of the library; options without one keep their name. */
export function flagOf(field: string): string {
  const found = FLAGS.find(([pattern]) => pattern.test(field));
  return found === undefined ? field : field.replace(found[0], found[1]);
}

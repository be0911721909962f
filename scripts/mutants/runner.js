// Runs tests in the copied tree, again and again in one process, and says whether they pass: { path?, ids?, changed? } in, { passed } out.
// A process of its own, since a change may leave a loop that does not end: whoever asks ends it then and starts another.
import { createVitest } from "vitest/node";

const survey = process.argv[2];
const vitest = await createVitest("test", {
  watch: false,
  bail: survey === undefined ? 1 : 0,
  maxWorkers: 1,
  reporters: [{}],
  setupFiles: survey === undefined ? [] : [survey],
});
await vitest.globTestSpecifications();

process.on("message", async ({ path, ids, changed }) => {
  if (changed !== undefined) vitest.invalidateFile(changed);
  if (path === undefined) return void process.send({ passed: true });
  const project = vitest.projects[0];
  const specification = project.createSpecification(path, ids === undefined ? undefined : { testIds: ids });
  try {
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
    process.send({ passed: unhandledErrors.length === 0 && testModules.length > 0 && testModules.every((module) => module.ok()) });
  } catch (error) {
    process.send({ passed: false, error: String(error) });
  }
});
process.on("disconnect", () => process.exit());
process.send({ passed: true });

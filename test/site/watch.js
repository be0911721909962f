// Runs before everything else in every page that is tested: keeps what goes wrong, what is copied and what is saved.
globalThis.complaints = [];
globalThis.copied = [];
globalThis.saved = [];
addEventListener("error", ({ message, target }) => complaints.push(message ?? `cannot load ${target.src ?? target.href}`), true);
addEventListener("unhandledrejection", ({ reason }) => complaints.push(`rejected: ${reason}`));
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  complaints.push(`${violatedDirective} forbids ${blockedURI}`),
);
const { error } = console;
console.error = (...words) => {
  complaints.push(`the console says ${words.join(" ")}`);
  error(...words);
};
Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => copied.push(text) }, configurable: true });
const create = URL.createObjectURL.bind(URL);
URL.createObjectURL = (blob) => {
  // programs of workers are no files for a person
  if (!/javascript/.test(blob.type)) blob.text().then((text) => saved.push(text));
  return create(blob);
};

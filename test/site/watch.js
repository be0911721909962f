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
// as in ?press=Train: a hand that is there as soon as the button is
const wanted = new URLSearchParams(location.search).get("press");
if (wanted !== null)
  new MutationObserver((_, observer) => {
    const button = [...document.querySelectorAll("main button")].find((one) => one.textContent.trim() === wanted);
    if (button === undefined) return;
    observer.disconnect();
    button.click();
  }).observe(document, { childList: true, subtree: true });

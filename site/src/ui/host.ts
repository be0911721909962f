/** The browser in a word: Firefox 153. */
export function hostOf(agent: string): string {
  const [, name, version] = /(Firefox|Edg|HeadlessChrome|Chrome|Version)\/(\d+)/.exec(agent) ?? [];
  const known: Record<string, string> = { Edg: "Edge", HeadlessChrome: "Chrome", Version: "Safari" };
  return name === undefined ? "a browser" : `${known[name] ?? name} ${version}`;
}

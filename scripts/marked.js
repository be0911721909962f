/** The page with what stands between `<!-- name -->` and `<!-- end of name -->` replaced. Throws where it has no such place. */
export function withMarked(page, name, text) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no "${begin}" before "${end}"`);
  return `${page.slice(0, from + begin.length)}${text}${page.slice(to)}`;
}

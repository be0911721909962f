/** The text with others in the place of some of its parts: `{ from, to, put }`, one after the other. */
export function edited(text, edits) {
  return edits.reduceRight((result, { from, to, put }) => result.slice(0, from) + put + result.slice(to), text);
}

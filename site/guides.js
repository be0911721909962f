import { readdirSync, readFileSync } from "node:fs";
import MarkdownIt from "markdown-it";

const docs = new URL("../docs/", import.meta.url);
const there = readdirSync(docs).flatMap((file) => (file.endsWith(".md") ? [file.slice(0, -".md".length)] : []));
/** For those who come first, then for those who look something up, then for those who change the library. */
const ORDER = [
  ...["choosing", "search", "studies", "training", "embedding", "pages", "from-pytorch", "from-tfjs"],
  ...["optimizers", "schedules", "layers", "minimize", "determinism", "performance", "kernels", "architecture", "site"],
].filter((name) => there.includes(name));
const GUIDES = [...ORDER, ...there.filter((name) => !ORDER.includes(name))];

/** The module "virtual:guides": docs/*.md as HTML, and as sections to search in. */
export const guides = {
  name: "guides",
  resolveId: (id) => (id === "virtual:guides" ? "\0guides" : undefined),
  load: (id) => (id === "\0guides" ? `export default ${JSON.stringify(GUIDES.map(guideOf))};` : undefined),
};

function guideOf(name) {
  const text = readFileSync(new URL(`${name}.md`, docs), "utf8")
    // the pictures are a page of their own
    .replace(/<!-- gallery -->[\s\S]*?<!-- end of gallery -->/, "The gallery is the page [Schedules](schedules.html).\n")
    .replace(/^!\[[^\]]*\]\([^)]*\)$/gm, "")
    .replace(/<!--[\s\S]*?-->/g, "");
  const markdown = new MarkdownIt({ linkify: false });
  const sections = [];
  markdown.core.ruler.push("sections", ({ tokens }) => {
    for (const [i, token] of tokens.entries()) {
      if (token.type === "heading_open") {
        const title = tokens[i + 1].children.map(({ content }) => content).join("");
        const id =
          token.tag === "h1"
            ? name
            : `${name}/${title
                .toLowerCase()
                .replace(/[^a-z0-9]+/g, "-")
                .replace(/^-|-$/g, "")}`;
        token.attrSet("id", id);
        sections.push({ id, title, text: "" });
      } else if (token.type === "inline" && sections.length > 0 && tokens[i - 1]?.type !== "heading_open") {
        sections.at(-1).text += ` ${token.content}`;
      } else if (token.type === "fence" && sections.length > 0) sections.at(-1).text += ` ${token.content}`;
    }
  });
  const plainLink = markdown.renderer.rules.link_open ?? ((tokens, i, options, _env, self) => self.renderToken(tokens, i, options));
  markdown.renderer.rules.link_open = (tokens, i, options, env, self) => {
    const address = addressOf(tokens[i].attrGet("href"));
    tokens[i].attrs = address === undefined ? [] : [["href", address]];
    return plainLink(tokens, i, options, env, self);
  };
  const html = markdown
    .render(text)
    .replaceAll("<table>", '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>')
    .replaceAll("</table>", "</table></div>");
  return { name, title: sections[0].title, html, sections };
}

/** Links between guides stay on the page; links to files of the repository lead nowhere from here: undefined, they become plain names. */
function addressOf(href) {
  const guide = /^(?:\.\/)?([\w-]+)\.md(?:#(.*))?$/.exec(href);
  if (guide && GUIDES.includes(guide[1])) return `#${guide[1]}${guide[2] ? `/${guide[2]}` : ""}`;
  if (/^(https?:|[\w-]+\.html)/.test(href)) return href;
  if (href.startsWith("#")) return href;
  return undefined;
}

import "./docs.css";
import guides from "virtual:guides";
import MiniSearch from "minisearch";
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { mount } from "../ui/shell.js";

/** Whether the API reference lies beside the pages. */
async function hasReference(): Promise<boolean> {
  const address = new URL("api.js", document.baseURI).href;
  return ((await import(/* @vite-ignore */ address)) as { default: boolean }).default;
}

const nameIn = (hash: string) => decodeURIComponent(hash.slice(1)).split("/")[0];

function DocsPage() {
  const id = useId();
  const [hash, setHash] = useState(location.hash);
  const [query, setQuery] = useState("");
  const [reference, setReference] = useState(false);
  useEffect(() => void hasReference().then(setReference), []);
  const guide = guides.find(({ name }) => name === nameIn(hash)) ?? guides[0];
  const index = useMemo(() => {
    const made = new MiniSearch({
      fields: ["title", "text"],
      storeFields: ["title", "guide"],
      searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: 0.2, combineWith: "AND" },
    });
    made.addAll(guides.flatMap(({ title, sections }) => sections.map((section) => ({ ...section, guide: title }))));
    return made;
  }, []);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView();
  }, [hash]);
  const found = query.trim() === "" ? [] : index.search(query).slice(0, 12);
  return (
    <div class="docs">
      <div class="stack">
        <search>
          <div class="field">
            <label for={id}>Search the guides</label>
            <input id={id} type="search" autocomplete="off" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
          </div>
        </search>
        <p role="status" class="hint">
          {query.trim() !== "" && (found.length === 0 ? "Nothing found" : `${found.length} found`)}
        </p>
        {found.length > 0 && (
          <ul class="found" aria-label="What was found">
            {found.map(({ id: section, title, guide: of }) => (
              <li key={section}>
                <a href={`#${section}`}>{title}</a>
                {title !== of && <span class="muted"> – {of}</span>}
              </li>
            ))}
          </ul>
        )}
        <nav aria-label="Guides">
          <ul class="found">
            {guides.map(({ name, title }) => (
              <li key={name}>
                <a href={`#${name}`} aria-current={guide?.name === name ? "page" : undefined}>
                  {title}
                </a>
              </li>
            ))}
            {reference && (
              <li>
                <a href="api/index.html">API reference</a>
              </li>
            )}
          </ul>
        </nav>
      </div>
      {/* made of the guides of the repository when the pages are built */}
      {guide && <article class="card" dangerouslySetInnerHTML={{ __html: guide.html }} />}
    </div>
  );
}

mount(DocsPage);

import "../styles/base.css";
import "../styles/controls.css";
import { type ComponentChildren, type ComponentType, render } from "preact";

const PAGES = [
  ["index.html", "Start"],
  ["playground.html", "Playground"],
  ["search.html", "Search"],
  ["surfaces.html", "Optimizers"],
  ["schedules.html", "Schedules"],
  ["benchmark.html", "Benchmark"],
  ["docs.html", "Docs"],
] as const;

/** What every page has around it. */
function Shell({ children }: { children: ComponentChildren }) {
  const here = location.pathname.split("/").at(-1) || "index.html";
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <div>
          <a class="brand" href="index.html">
            stepsize
          </a>
          <nav aria-label="Pages">
            {PAGES.map(([href, title]) => (
              <a key={href} href={href} aria-current={here === href ? "page" : undefined}>
                {title}
              </a>
            ))}
          </nav>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer>
        Everything is computed in this page, by the library itself. Files that you open here are read by the page and sent nowhere.
      </footer>
    </>
  );
}

/** Puts a page into the document. */
export function mount(Page: ComponentType): void {
  render(
    <Shell>
      <Page />
    </Shell>,
    document.getElementById("app") as HTMLElement,
  );
}

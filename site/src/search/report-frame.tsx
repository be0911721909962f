import { useEffect, useRef } from "preact/hooks";

/** A report as a part of a page, as high as it is. */
export function ReportFrame({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const { contentWindow } = frame.current as HTMLIFrameElement;
    let observer: ResizeObserver | undefined;
    const show = ({ source, data }: MessageEvent) => {
      if (source !== contentWindow || data !== "ready" || contentWindow === null) return;
      contentWindow.postMessage(html, "*");
      const fit = () => {
        const height = contentWindow.document.documentElement?.scrollHeight;
        if (frame.current !== null && height > 0) frame.current.style.height = `${height + 4}px`;
      };
      // the body is a new one once the report is written
      setTimeout(() => {
        fit();
        observer = new ResizeObserver(fit);
        observer.observe(contentWindow.document.body);
      }, 100);
    };
    addEventListener("message", show);
    return () => {
      removeEventListener("message", show);
      observer?.disconnect();
    };
  }, [html]);
  return <iframe ref={frame} key={html.length} class="report" src="frame.html" title="The report of the search" />;
}

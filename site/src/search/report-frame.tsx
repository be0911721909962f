import { useEffect, useRef } from "preact/hooks";

/** A report as a part of a page, as high as it is; one frame for each report. */
export function ReportFrame({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const { contentWindow } = frame.current as HTMLIFrameElement;
    let observer: ResizeObserver | undefined;
    const hear = ({ source, data }: MessageEvent) => {
      if (source !== contentWindow || contentWindow === null) return;
      if (data === "ready") contentWindow.postMessage({ report: html }, "*");
      if (data !== "drawn") return;
      const fit = () => {
        const height = contentWindow.document.documentElement?.scrollHeight;
        if (frame.current !== null && height > 0) frame.current.style.height = `${height + 4}px`;
      };
      // in the next frame: what is watched must not change while it is told of
      observer = new ResizeObserver(() => requestAnimationFrame(fit));
      observer.observe(contentWindow.document.body);
    };
    addEventListener("message", hear);
    return () => {
      removeEventListener("message", hear);
      observer?.disconnect();
    };
  }, [html]);
  return <iframe ref={frame} class="report" src="frame.html" title="The report of the search" />;
}

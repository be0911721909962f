/** The file that `stepsize playground FILE` was started with, if it was. */
export async function servedFile(): Promise<File | undefined> {
  const address = new URL("file.js", document.baseURI).href;
  const { default: file } = (await import(/* @vite-ignore */ address)) as { default?: { name: string; base64: string } };
  if (file === undefined) return undefined;
  return new File([Uint8Array.from(atob(file.base64), (sign) => sign.charCodeAt(0))], file.name);
}

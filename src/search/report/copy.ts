// Runs in the page: buttons that copy the text of the element they name.

export function copyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset["copy"] ?? "");
      if (source === null) return;
      const done = await copied(source);
      button.textContent = done ? "copied" : "press Ctrl-C";
      setTimeout(() => {
        button.textContent = "copy";
      }, 1500);
    });
  }
}

/** Where the page may not use the clipboard, the text is selected for the person to copy. */
async function copied(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}

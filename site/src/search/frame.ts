// The page in which a report stands: it has rules of its own, since reports carry their scripts in them.
addEventListener("message", ({ source, data }) => {
  if (source !== parent || typeof data !== "string") return;
  document.open();
  document.write(data);
  document.close();
});
parent.postMessage("ready", "*");

// @ts-check
/** Commands can be copied: a button for every `pre[data-copy]`. */

for (const command of document.querySelectorAll("pre[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent?.trim() ?? "");
      button.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(command);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  const frame = document.createElement("div");
  frame.className = "command";
  command.replaceWith(frame);
  frame.append(command, button);
}

export {};

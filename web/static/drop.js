// @ts-check
/**
 * A file can be dropped on its field, and is looked at at once; without this it is chosen and sent
 * with the button.
 */

const field = /** @type {HTMLElement | null} */ (document.querySelector("[data-drop]"));
const input = /** @type {HTMLInputElement | null} */ (field?.querySelector("input[type=file]") ?? null);

if (field && input) {
  field.classList.add("drop--ready");
  /** @param {DragEvent} event */
  const hold = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    field.classList.toggle("drop--over", event.type === "dragover");
  };
  addEventListener("dragover", hold);
  addEventListener("dragleave", hold);
  addEventListener("drop", (event) => {
    hold(event);
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    // The browser says what is still missing; where nothing is, the file is on its way.
    input.form?.requestSubmit();
  });
}

export {};

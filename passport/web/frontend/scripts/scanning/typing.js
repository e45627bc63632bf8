// Text and files: pasted anywhere, typed by a hand scanner anywhere, chosen or photographed.
const at = (id) => document.getElementById(id);
const FIELDS = "input, textarea, select";

/** The text of a field as a credential: a code may end in a space. */
const tidy = (text) => text.trimStart().replace(/[\r\n\t]+$/, "");

/** Hands every text to `text(text, again)` and every file to `file(file, again)`; `again` returns to where it came from. */
export function listen(form, { text, file, empty }) {
  const field = form.credential;

  function toField() {
    field.value = "";
    field.focus();
  }

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [chosen] = form.image.files;
    form.image.value = "";
    if (chosen) file(chosen, () => at("image").focus());
    else if (tidy(field.value)) text(tidy(field.value), toField);
    else empty();
  });

  at("photo").addEventListener("click", () => at("capture").click());
  at("capture").addEventListener("change", ({ target }) => {
    const [taken] = target.files;
    target.value = "";
    if (taken) file(taken, () => at("photo").focus());
  });

  // A hand scanner is a keyboard: its first letter brings the field, whatever has the focus.
  document.addEventListener("keydown", (event) => {
    const typing = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (typing && !event.target.closest(FIELDS) && !document.querySelector("dialog[open]")) toField();
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.(FIELDS) || document.querySelector("dialog[open]")) return;
    const [picture] = event.clipboardData.files;
    const pasted = tidy(event.clipboardData.getData("text"));
    if (picture) file(picture, () => at("image").focus());
    else if (pasted) text(pasted, toField);
  });
}

// What is said once, at the first start on a device: three steps, skipped at will.
import { recall, remember } from "./remembered.js";

const at = (id) => document.getElementById(id);

/** Says it unless it was said; `done()` takes the focus on. Answers a way to unsay it, where it is not so. */
export function sayFirst(done) {
  const box = at("first");
  const steps = [...box.querySelectorAll("[data-step]")];
  let shown = 0;
  box.hidden = recall("first", { said: false }).said;

  function end() {
    remember("first", { said: true });
    box.hidden = true;
    done();
  }

  at("first-skip").addEventListener("click", end);
  at("first-next").addEventListener("click", ({ target }) => {
    shown += 1;
    if (shown === steps.length) return end();
    steps.forEach((step, number) => (step.hidden = number !== shown));
    if (shown < steps.length - 1) return;
    at("first-skip").hidden = true;
    target.textContent = target.dataset.last;
  });
  return () => (box.hidden = true);
}

// The checkpoint's page: camera, picture, file, pasted or hand-scanned text; the answer fills the screen.
import { Camera, cameraAllowed } from "./camera.js";
import { day, dayIn, face } from "./face.js";

const VERIFICATIONS = "/api/v1/verifications";
const READABLE = ["image/png", "image/jpeg", "image/webp", "application/pdf"];
const LARGE = 2_000_000; // bytes; larger pictures are sent smaller
const LONGEST_SIDE = 2400; // pixels of a picture that is sent smaller

const at = (id) => document.getElementById(id);
const form = at("check");

if (form) scanner();
else at("result-word")?.focus(); // a result that the server rendered

function scanner() {
  const words = JSON.parse(form.dataset.words);
  const camera = cameraAllowed() ? new Camera(at("view"), form.dataset) : null;
  let again = () => {}; // what "Scan next" goes on with

  at("ways").hidden = false;
  if (!camera) withoutCamera();

  function withoutCamera() {
    at("scan").hidden = true;
    at("camera-none").hidden = false;
    at("photo").classList.add("ways__photo--first");
  }

  // The terms, always shown.
  const today = () => dayIn(words.zone, new Date());
  const chosen = () => ({
    policy: form.policy.value || null,
    country: form.country.value || null,
    at: form.on.value && form.on.value !== today() ? form.on.value : null,
  });

  function terms() {
    const { policy, country } = chosen();
    const name = (select) => select.selectedOptions[0].text;
    const asked = [policy && name(form.policy), country && words.rules_of.replace("{country}", name(form.country))];
    return words.terms
      .replace("{policy}", asked.filter(Boolean).join(", ") || words.no_policy)
      .replace("{date}", day(form.on.value || today()));
  }

  function tellTerms() {
    for (const place of [at("terms"), document.querySelector("[data-terms]")]) place.textContent = terms();
  }
  form.addEventListener("change", tellTerms);
  tellTerms();

  // One check: the verdict fills the screen, the focus goes to its heading.
  async function check(asking) {
    at("busy").textContent = at("hint").textContent = at("hint").dataset.checking;
    const verdict = await asking;
    at("busy").textContent = "";
    at("camera").close();
    show(verdict);
  }

  async function answered(request) {
    const away = { outcome: "undetermined", reason: "unavailable", heading: "undetermined", test: false, certificate: null };
    try {
      const response = await fetch(VERIFICATIONS, { method: "POST", ...request });
      if (response.ok) return await response.json();
    } catch {
      // No network: the same answer as a service that does not respond.
    }
    const both = (text) => ({ vi: text, en: text });
    return { ...away, message: both(words.away.message), advice: both(words.away.advice), lists: {}, dose_status: null, rules: null };
  }

  const checkText = (credential) =>
    check(
      answered({ headers: { "Content-Type": "application/json" }, body: JSON.stringify({ credential, ...chosen() }) }),
    );

  const checkFile = (file) => check(sent(file));

  async function sent(file) {
    const body = new FormData();
    body.append("image", await smaller(file), "image");
    for (const [name, value] of Object.entries(chosen())) if (value) body.append(name, value);
    return answered({ body });
  }

  function show(verdict) {
    const screen = at("screen");
    screen.dataset.heading = verdict.heading;
    at("result").replaceChildren(face(at("result-template"), verdict, terms(), words));
    if (!screen.open) screen.showModal();
    screen.scrollTop = 0;
    at("result-word").focus();
  }

  function next() {
    at("screen").close();
    again();
  }

  at("next").addEventListener("click", next);
  at("screen").addEventListener("close", () => at("result").replaceChildren());
  at("screen").addEventListener("keydown", (event) => {
    if (event.target.closest("button, summary, a") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      next();
    } else if (again === toText && event.key.length === 1) {
      next(); // a hand scanner types on: its first letter goes into the field
    }
  });

  // Camera.
  async function scan() {
    again = scan;
    at("hint").textContent = at("hint").dataset.aim;
    at("view").addEventListener("playing", () => (at("torch").hidden = !camera.hasTorch), { once: true });
    at("camera").showModal();
    let text = null;
    try {
      text = await camera.read();
    } catch {
      if (!at("camera").open) return; // stopped while it was opening
      at("camera").close();
      withoutCamera();
      at("photo").focus();
    }
    camera.stop();
    if (text) checkText(text);
  }

  at("scan").addEventListener("click", scan);
  at("stop").addEventListener("click", () => at("camera").close());
  at("camera").addEventListener("close", () => {
    camera?.stop();
    at("torch").hidden = true;
    at("torch").setAttribute("aria-pressed", "false");
  });
  at("torch").addEventListener("click", () => {
    const on = at("torch").getAttribute("aria-pressed") !== "true";
    at("torch").setAttribute("aria-pressed", String(on));
    camera.light(on);
  });
  document.addEventListener("visibilitychange", () => document.hidden && at("camera").close());

  // A picture.
  at("photo").addEventListener("click", () => at("capture").click());
  at("capture").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    target.value = "";
    again = () => at("photo").focus();
    if (file) checkFile(file);
  });

  // Text and file; a keyboard scanner ends with Enter.
  function toText() {
    form.credential.value = "";
    form.credential.focus();
  }

  form.credential.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    const text = form.credential.value.trimStart().replace(/[\r\n\t]+$/, ""); // a code may end in a space
    const [file] = form.image.files;
    if (!text && !file) return; // the server says what is missing
    event.preventDefault();
    again = file ? () => at("image").focus() : toText;
    if (file) checkFile(file);
    else checkText(text);
    form.image.value = "";
  });
}

/** The file itself, or a smaller JPEG of a picture that is large or in a format that few can read. */
async function smaller(file) {
  if (READABLE.includes(file.type) && (file.size <= LARGE || file.type === "application/pdf")) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92))) ?? file;
  } catch {
    return file; // the server says what is wrong with it
  }
}

// The checkpoint's page: camera, picture, file, pasted or hand-scanned text; the answer fills the screen.
import { Camera, cameraAllowed } from "./scanning/camera.js";
import { CameraScreen } from "./scanning/camera_screen.js";
import { Checker } from "./scanning/checking.js";
import { Choices } from "./scanning/choices.js";
import { fill } from "./scanning/face.js";
import { Files } from "./scanning/files.js";
import { sayFirst } from "./scanning/first.js";
import { keepPage } from "./scanning/keeping.js";
import { KeptLists } from "./scanning/kept.js";
import { tellLists, watch } from "./scanning/notices.js";
import { Reader } from "./scanning/reading.js";
import { ResultScreen } from "./scanning/screen.js";
import { Settings } from "./scanning/settings.js";
import { Shift } from "./scanning/shift.js";
import { listen } from "./scanning/typing.js";

const at = (id) => document.getElementById(id);
const form = at("check");

if (form) scanner();
else at("result-word")?.focus(); // a result that the server rendered

function scanner() {
  const words = JSON.parse(form.dataset.words);
  const settings = new Settings(form);
  const choices = new Choices(form, words);
  const reader = new Reader(form.dataset);
  const kept = new KeptLists({ changed: () => tellLists(kept, words) });
  const checker = new Checker({ kept, files: new Files(reader, form.dataset), words });
  const shift = new Shift(words, () => choices.place);
  const screen = new ResultScreen({ words, choices, settings, mismatch, next: (byItself) => again(byItself), left: () => eye?.close() });
  const eye = cameraAllowed() ? new CameraScreen(new Camera(at("view"), reader), { settings, words, found, broken }) : null;
  let again = () => {}; // what "Scan next" goes on with

  at("ways").hidden = at("desk").hidden = false;
  if (!eye) withoutCamera();
  watch(kept, words);
  const unsay = sayFirst(() => at(eye ? "scan" : "photo").focus());
  kept.ready.then(() => checker.onDevice || unsay()); // it says that the device checks by itself
  listen(form, { text: checkText, file: checkFile, empty: () => (at("busy").textContent = words.empty) });

  function withoutCamera() {
    at("scan").hidden = true;
    at("camera-none").hidden = false;
    at("photo").classList.add("ways__photo--first");
  }

  function broken() {
    withoutCamera();
    at("photo").focus();
  }

  /** One check: the verdict fills the screen and is counted. */
  async function check(asking, goOn, how) {
    again = goOn;
    at("busy").textContent = at("hint").dataset.checking;
    const verdict = await asking;
    at("busy").textContent = "";
    shift.count(verdict);
    screen.show(verdict, how);
  }

  function checkText(text, goOn) {
    if (!asSetup(text)) check(checker.text(text, choices.terms), goOn, { typed: true });
  }

  function checkFile(file, goOn) {
    check(checker.file(file, choices.terms), goOn);
  }

  function mismatch(verdict) {
    const other = checker.own("holder_differs", { heading: "holder", said: "mismatch", of: verdict });
    shift.recount(verdict, other);
    return other;
  }

  // Camera. Lists that are too old let nobody through: then there is nothing to scan for.
  async function scan(last) {
    await kept.ready;
    if (kept.stale) await kept.renew();
    if (kept.stale) check(tooOld(), () => at("scan").focus());
    else eye.scan(last);
  }

  function found(text) {
    if (asSetup(text)) return;
    eye.checking();
    check(checker.text(text, choices.terms), (byItself) => scan(byItself ? text : null), { byCamera: true });
  }

  async function tooOld() {
    const overdue = Math.max(...Object.values(kept.ages).map((age) => -(age?.left ?? 0)));
    return checker.own("lists_stale", { heading: "undetermined", values: { n: Math.max(1, Math.floor(overdue / 86_400_000)) } });
  }

  at("scan").addEventListener("click", () => scan(null));

  // A setup code changes against what is checked: never without a yes.
  function asSetup(text) {
    const chosen = Choices.read(text, form.dataset.address);
    if (!chosen) return false;
    eye?.close();
    at("setup-told").textContent = fill(words.setup, { terms: choices.describe(chosen) });
    at("setup-yes").onclick = () => (choices.adopt(chosen), at("setup").close());
    at("setup").showModal();
    return true;
  }
  at("setup-no").addEventListener("click", () => at("setup").close());

  // The other language, with the choices that are in the address by now.
  const language = document.querySelector(".masthead__language");
  language.addEventListener("click", () => {
    const address = new URL(location.href);
    address.searchParams.set("lang", language.hreflang);
    language.href = address;
  });

  // The page itself is kept too, its letters included: a result asks for nothing more.
  for (const letters of document.fonts) letters.load().catch(() => {});
  const idle = () => !document.querySelector("dialog[open]");
  Promise.all([keepPage(form.dataset.keeper, { idle }), kept.ready]).then(() => at("offline").classList.toggle("ready__line--awaited", !checker.onDevice));
  window.addEventListener("beforeinstallprompt", (offer) => {
    offer.preventDefault();
    at("install").hidden = false;
    at("install").onclick = () => (offer.prompt(), (at("install").hidden = true));
  });
}

// Keeps the page itself on this device, and puts a new version in its place only while nobody checks.

const [REST, MINUTE, HOUR] = [10_000, 60_000, 3_600_000]; // milliseconds

/** Resolves once the page opens without a network, never where it cannot; `idle()` answers whether nobody checks. */
export async function keepPage(address, { idle }) {
  if (!("serviceWorker" in navigator)) return new Promise(() => {});
  const before = navigator.serviceWorker.controller;
  const registration = await navigator.serviceWorker.register(address, { scope: "/verify", updateViaCache: "none" });

  let renewing = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => renewing && location.reload());
  function renew() {
    if (!registration.waiting || !before || renewing || !idle()) return;
    renewing = true;
    registration.waiting.postMessage("renew");
  }
  const watchNewer = () => registration.installing?.addEventListener("statechange", renew);
  registration.addEventListener("updatefound", watchNewer);
  watchNewer(); // it may have been found by now
  renew();
  setInterval(renew, MINUTE); // a tablet at a gate is never opened anew
  setInterval(() => registration.update(), HOUR);

  const { active } = await navigator.serviceWorker.ready;
  active.postMessage(document.documentElement.lang);
  setTimeout(() => active.postMessage("rests"), REST); // nobody's first visit waits for what only some checks need
}

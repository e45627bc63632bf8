// The service worker: keeps the scanner's page and files, so that it opens without a network, and nothing else. The
// service writes KEPT before it: {version, pages: {vi, en}, files, later} (passport/web/scanner_kept.py).
/* global KEPT */
const PREFIX = "scanner-";
const CACHE = PREFIX + KEPT.version;
const LANGUAGE = "language"; // the cache in which the language of the last page is noted, whatever the version
const addresses = [...KEPT.files, ...Object.values(KEPT.pages)];
const files = [...KEPT.files, ...KEPT.later];

const toFetch = (address) => new Request(address, { credentials: "omit" }); // what is kept is nobody's own

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(addresses.map(toFetch))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()));
});

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

// The page asks to be renewed when nobody checks, tells when it rests, and its language; so does every page of the site.
self.addEventListener("message", (event) => {
  if (event.data === "renew") self.skipWaiting();
  else if (event.data === "rests") event.waitUntil(fetchLater());
  else if (event.data in KEPT.pages) event.waitUntil(noteLanguage(event.data));
});

/** What only some checks need, one file after the other. */
async function fetchLater() {
  const cache = await caches.open(CACHE);
  for (const address of KEPT.later) {
    if (!(await cache.match(address, { ignoreVary: true }))) await cache.add(toFetch(address));
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/verify") event.respondWith(page(event, url.searchParams.get("lang")));
  else if (files.includes(url.pathname + url.search)) event.respondWith(kept(event.request));
});

async function kept(request) {
  return (await (await caches.open(CACHE)).match(request, { ignoreVary: true })) ?? fetch(request);
}

/** The page in the language that is asked for, else in that of the last time; never a wait for a slow network. */
async function page(event, asked) {
  const last = await lastLanguage();
  if (asked && asked !== last) event.waitUntil(fetch(event.request.url).catch(() => {})); // other pages follow
  const address = KEPT.pages[asked] ?? KEPT.pages[last] ?? Object.values(KEPT.pages)[0];
  return (await (await caches.open(CACHE)).match(address, { ignoreVary: true })) ?? fetch(event.request);
}

async function noteLanguage(language) {
  await (await caches.open(LANGUAGE)).put("/language", new Response(language));
}

async function lastLanguage() {
  return (await (await caches.open(LANGUAGE)).match("/language"))?.text();
}

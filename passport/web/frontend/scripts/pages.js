// The worker that draws the first pages of a PDF: {file, decoders} in, a {page} each out, then {done}; {failed} where it
// cannot be opened. It runs no script of the document and fetches nothing but its own decoders. A document can keep it
// busy for ever: whoever asks has a limit of time and ends it.
import "pdfjs-dist/legacy/build/pdf.worker.mjs"; // tells the other half of itself, which then starts no worker
import { VerbosityLevel, getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";

// As passport/rendering/pdf_pages.py and pictures.py have them.
const PAGES = 3;
const PAGE_DPI = 200;
const PAGE_SIDE = 3000; // pixels of a page's longer side, whatever size it claims
const IMAGE_PIXELS = 25_000_000; // of a picture on a page; a larger one is left out
const POINTS = 72; // an inch

/** Canvases of a worker, which has no document to make them. */
class Canvases {
  create(width, height) {
    const canvas = new OffscreenCanvas(width, height);
    return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) };
  }

  getNoAlphaContext(canvas) {
    return canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  }

  reset({ canvas }, width, height) {
    [canvas.width, canvas.height] = [width, height];
  }

  destroy(made) {
    made.canvas = made.context = null;
  }
}

const none = () => "none";

/** Filters are elements of a document: here nothing is filtered. */
class Filters {
  addFilter = none;
  addAlphaFilter = none;
  addLuminosityFilter = none;
  addKnockoutFilter = none;
  addHCMFilter = none;
  destroy() {}
}

self.addEventListener("message", async ({ data: { file, decoders } }) => {
  if (!file) return; // the two halves of the library talk here too
  try {
    const { promise } = getDocument({
      data: new Uint8Array(await file.arrayBuffer()),
      verbosity: VerbosityLevel.ERRORS,
      CanvasFactory: Canvases,
      FilterFactory: Filters,
      BinaryDataFactory: fetching(decoders),
      useWorkerFetch: false,
      disableFontFace: true, // letters are drawn as lines, in fonts of the document alone
      useSystemFonts: false,
      maxImageSize: IMAGE_PIXELS,
      canvasMaxAreaInBytes: 4 * PAGE_SIDE * PAGE_SIDE,
    });
    const opened = await promise;
    for (let number = 1; number <= Math.min(opened.numPages, PAGES); number++) {
      const page = await drawn(await opened.getPage(number));
      self.postMessage({ page }, [page]);
    }
    self.postMessage({ done: true });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});

/** Gives the library the decoders of JBIG2 and JPEG 2000 by their addresses {name: address}; it has no other files. */
function fetching(decoders) {
  return class {
    async fetch({ filename }) {
      if (!Object.hasOwn(decoders, filename)) throw new Error(`${filename} is not kept`); // such as a font of its own
      const response = await fetch(decoders[filename]);
      return new Uint8Array(await response.arrayBuffer());
    }
  };
}

async function drawn(page) {
  const [left, bottom, right, top] = page.view; // points
  const longer = Math.max(right - left, top - bottom, 1);
  const viewport = page.getViewport({ scale: Math.min(PAGE_DPI / POINTS, PAGE_SIDE / longer) });
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(viewport.width)), Math.max(1, Math.round(viewport.height)));
  await page.render({ canvasContext: canvas.getContext("2d", { alpha: false }), viewport }).promise;
  return canvas.transferToImageBitmap();
}

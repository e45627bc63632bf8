// What a chosen file holds: text, the first pages of a PDF, or a picture. Judged by its bytes, never by its name.
import { join } from "../verifying/verify.js";

const PDF_BYTES = 10_000_000; // passport/rendering/pdf_reading.py
const HEADER_WITHIN = 1024; // bytes
const TEXT_BYTES = 262_144; // four for each character of the longest text that a format allows; longer is too large
const PATIENCE = 20_000; // milliseconds for all pages of a PDF on a slow telephone

/** Why nothing was read, as `reason`: a reason of a verdict, or "no_reader" where this browser cannot. */
export class FileError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The text of a file; null for a PDF and for what is not UTF-8, which is taken for a picture. */
export async function textIn(file) {
  if (await isPdf(file)) return null;
  try {
    const start = await file.slice(0, TEXT_BYTES + 1).arrayBuffer();
    return new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true }); // it may be cut within a letter
  } catch {
    return null;
  }
}

async function isPdf(file) {
  const start = new TextDecoder("latin1").decode(await file.slice(0, HEADER_WITHIN).arrayBuffer());
  return start.includes("%PDF-");
}

export class Files {
  #reader;
  #pages;
  #decoders;

  /** `reader` finds codes in pictures; `pages` is the address of the worker for PDFs, `decoders` those of its files. */
  constructor(reader, { pages, decoders }) {
    [this.#reader, this.#pages, this.#decoders] = [reader, pages, JSON.parse(decoders)];
  }

  /** The credentials in a picture or PDF, none where no code was found; rejects with a FileError. */
  async credentials(file) {
    const pictures = (await isPdf(file)) ? await this.#drawn(file) : [await picture(file)];
    const texts = [];
    for (const one of pictures) texts.push(...(await this.#codes(one)));
    return join(texts);
  }

  async #codes(one) {
    try {
      return await this.#reader.codes(one);
    } catch {
      throw new FileError("no_reader");
    }
  }

  /** The first pages as pictures: those that were drawn in time, of a document that may have no end. */
  #drawn(file) {
    if (file.size > PDF_BYTES) throw new FileError("too_large");
    if (!window.OffscreenCanvas) throw new FileError("no_reader");
    const worker = new Worker(this.#pages, { type: "module" });
    const pages = [];
    const drawing = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.page) pages.push(data.page);
        else if (data.done || data.failed) resolve(pages);
      };
      worker.onerror = () => reject(new FileError("no_reader")); // it cannot be loaded: no network, and not kept yet
      setTimeout(resolve, PATIENCE, pages);
      worker.postMessage({ file, decoders: this.#decoders });
    });
    return drawing.finally(() => worker.terminate());
  }
}

function picture(file) {
  return createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => {
    throw new FileError("unreadable_image");
  });
}

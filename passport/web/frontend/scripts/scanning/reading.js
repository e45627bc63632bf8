// Reads QR codes in pictures without blocking the page: one picture after the other goes to the worker.
const CODES_MOST = 10; // in one picture: a card may stand in several codes
const SIDES = [2400, 1200]; // pixels; a noisy photograph is read better when smaller

export class Reader {
  #worker;
  #broken = null;
  #refuse = null;
  #last = Promise.resolve();

  constructor({ reader, wasm }) {
    this.#worker = new Worker(reader, { type: "module" });
    this.#worker.postMessage({ wasm });
    this.#worker.onerror = (error) => {
      this.#broken = error; // told to whoever asks, now or later
      this.#refuse?.(error);
    };
  }

  /** The texts of at most `most` codes in an ImageData, which is given away; rejects where the reader cannot run. */
  read(image, most = 1) {
    const texts = this.#last.then(() => this.#ask(image, most));
    this.#last = texts.catch(() => {});
    return texts;
  }

  /** The texts of the codes in a picture (ImageBitmap), large, then smaller; none where no code was found. */
  async codes(picture) {
    for (const side of SIDES) {
      const texts = await this.read(pixels(picture, side), CODES_MOST);
      if (texts.length) return texts;
    }
    return [];
  }

  #ask(image, most) {
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      this.#refuse = reject;
      this.#worker.onmessage = ({ data }) => (data.failed ? reject(new Error(data.failed)) : resolve(data.texts));
      this.#worker.postMessage({ image, most }, [image.data.buffer]);
    });
  }
}

/** `picture` as a canvas whose longer side has at most `side` pixels. */
export function reduced(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function pixels(picture, side) {
  const canvas = reduced(picture, side);
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
}

// The camera: opens it, hands its frames to the reader one at a time, and closes it on the first code.

const WANTED = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } } };
const LONGEST_SIDE = 1280; // pixels; larger frames are read no better and cost time

/** Whether this page may ask for a camera at all: only a secure page may. */
export const cameraAllowed = () => window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);

export class Camera {
  #view;
  #reader;
  #open = false;
  #stream = null;
  #canvas = document.createElement("canvas");

  constructor(view, { reader, wasm }) {
    this.#view = view;
    this.#reader = new Worker(reader, { type: "module" });
    this.#reader.postMessage({ wasm });
  }

  /** Resolves with the text of the first code that is seen, null when stopped; rejects without a camera or a reader. */
  async read() {
    this.#open = true;
    this.#stream = await navigator.mediaDevices.getUserMedia(WANTED);
    if (!this.#open) this.stop(); // while the person was asked for leave
    this.#view.srcObject = this.#stream;
    if (this.#open) await this.#view.play();
    while (this.#open) {
      await this.#nextFrame();
      const text = this.#open ? await this.#look() : null;
      if (text && this.#open) return text;
    }
    return null;
  }

  stop() {
    this.#open = false;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#view.srcObject = null;
  }

  get hasTorch() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  light(on) {
    return this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  #nextFrame() {
    return new Promise((resolve) => {
      // A hidden page or a stopped camera gives no frame: look again whether it still runs.
      const late = setTimeout(resolve, 500);
      const seen = () => (clearTimeout(late), resolve());
      this.#view.requestVideoFrameCallback ? this.#view.requestVideoFrameCallback(seen) : setTimeout(seen, 60);
    });
  }

  #look() {
    const { videoWidth: width, videoHeight: height } = this.#view;
    if (!width) return null;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.#view, 0, 0, this.#canvas.width, this.#canvas.height);
    const image = context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
    return new Promise((resolve, reject) => {
      this.#reader.onmessage = ({ data }) => (data.failed ? reject(new Error(data.failed)) : resolve(data.text));
      this.#reader.onerror = reject;
      this.#reader.postMessage({ image }, [image.data.buffer]);
    });
  }
}

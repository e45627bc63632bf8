// The camera: opens it, hands its frames to the reader one at a time, and gives its light, zoom and other side.

// Dense codes need pixels; a camera that has fewer gives what it has.
const WANTED = { width: { ideal: 1920 }, height: { ideal: 1080 } };
const LONGEST_SIDE = 1280; // pixels of the whole frame as it is read; its middle is read as it comes
const MIDDLE = 0.75; // of the shorter side: the frame that is drawn on the screen

/** Whether this page may ask for a camera at all: only a secure page may. */
export const cameraAllowed = () => window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);

export class Camera {
  #view;
  #reader;
  #stream = null;
  #opening = 0;
  #frames = 0;
  #canvas = document.createElement("canvas");

  constructor(view, reader) {
    [this.#view, this.#reader] = [view, reader];
  }

  get isOpen() {
    return this.#stream !== null;
  }

  /** Opens the camera on one side, "environment" or "user", unless it is open; rejects where there is none. */
  async open(facing) {
    if (this.isOpen) return;
    const opening = ++this.#opening;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: facing }, ...WANTED } });
    if (opening !== this.#opening) return stream.getTracks().forEach((track) => track.stop()); // stopped meanwhile
    this.#stream = stream;
    this.#view.srcObject = stream;
    await this.#view.play();
    await this.#focusByItself();
  }

  /** The text of the next code that `wanted` takes, null once the camera is stopped; rejects without a reader. */
  async next(wanted) {
    while (this.isOpen) {
      await this.#frame();
      const [text] = this.isOpen ? await this.#look() : [];
      if (text && this.isOpen && wanted(text)) return text;
    }
    return null;
  }

  stop() {
    this.#opening += 1;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#view.srcObject = null;
  }

  /** What this camera can do: `torch`, and `zoom` as {min, max, step} where it has one. */
  get can() {
    return this.#track?.getCapabilities?.() ?? {};
  }

  /** Sets what it can do, such as {torch: true} or {zoom: 2}. */
  set(constraint) {
    return this.#track?.applyConstraints({ advanced: [constraint] });
  }

  /** Whether there is more than one camera to choose from. */
  static async several() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === "videoinput").length > 1;
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  async #focusByItself() {
    if (!this.can.focusMode?.includes("continuous")) return;
    await this.set({ focusMode: "continuous" }).catch(() => {}); // some cameras promise what they cannot do
  }

  #frame() {
    return new Promise((resolve) => {
      // A hidden page or a stopped camera gives no frame: look again whether it still runs.
      const late = setTimeout(resolve, 500);
      const seen = () => (clearTimeout(late), resolve());
      this.#view.requestVideoFrameCallback ? this.#view.requestVideoFrameCallback(seen) : setTimeout(seen, 60);
    });
  }

  /** The middle as it comes, for dense codes, and the whole frame made smaller, by turns. */
  #look() {
    const { videoWidth: width, videoHeight: height } = this.#view;
    if (!width) return [];
    const side = Math.round(Math.min(width, height) * MIDDLE);
    const middle = this.#frames++ % 2 === 0;
    const [x, y, w, h] = middle ? [(width - side) / 2, (height - side) / 2, side, side] : [0, 0, width, height];
    const scale = middle ? 1 : Math.min(1, LONGEST_SIDE / Math.max(width, height));
    [this.#canvas.width, this.#canvas.height] = [Math.round(w * scale), Math.round(h * scale)];
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.#view, x, y, w, h, 0, 0, this.#canvas.width, this.#canvas.height);
    return this.#reader.read(context.getImageData(0, 0, this.#canvas.width, this.#canvas.height));
  }
}

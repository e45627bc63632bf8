// The worker that looks for a QR code in a frame: {image} in, {text} out, null where there is none; {failed} where
// this browser cannot run the reader.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1, textMode: "Plain" };

self.addEventListener("message", async ({ data }) => {
  if (data.wasm) {
    prepareZXingModule({ overrides: { locateFile: () => data.wasm }, fireImmediately: true });
    return;
  }
  try {
    const [code] = await readBarcodes(data.image, OPTIONS);
    self.postMessage({ text: code?.text || null });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});

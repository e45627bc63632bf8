// The worker that looks for QR codes in a picture: {image} in, {texts} out, empty where there is none; {failed} where
// this browser cannot run the reader.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, textMode: "Plain" };

self.addEventListener("message", async ({ data }) => {
  if (data.wasm) {
    prepareZXingModule({ overrides: { locateFile: () => data.wasm }, fireImmediately: true });
    return;
  }
  try {
    const codes = await readBarcodes(data.image, { ...OPTIONS, maxNumberOfSymbols: data.most });
    self.postMessage({ texts: codes.map((code) => code.text).filter(Boolean) });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});

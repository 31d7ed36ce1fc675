// The code on the label, read by the camera, where the browser can.

import { sleep } from "./session.js";

const LOOK_MS = 200;

// Resolves to the label's { username, pop }, or to null for another code.
export async function scanCode(video, isCurrent) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (isCurrent()) {
      const [code] = await detector.detect(video);
      if (code) return read(code.rawValue);
      await sleep(LOOK_MS);
    }
    return null;
  } finally {
    stream.getTracks().forEach((track) => track.stop());
  }
}

function read(text) {
  try {
    const label = JSON.parse(text);
    return label && label.ver && typeof label.pop === "string" ? label : null;
  } catch {
    return null;
  }
}

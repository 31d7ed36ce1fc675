// The device's own HTTP server, which serves this page.

import { LinkError, within } from "./session.js";

const BODY_MAX = 65536;
const PROBE_MS = 6000;

export class Http {
  name = location.host;

  restart() {}

  async exchange(endpoint, message, ms) {
    let response;
    try {
      response = await within(this.post(endpoint, message), ms);
    } catch (error) {
      if (error instanceof LinkError) throw error;
      // The browser does not say what failed. A device that closes a connection refuses the
      // request, one that serves its version is there.
      throw new LinkError((await this.isThere()) ? "refused" : "unreachable");
    }
    return response;
  }

  async post(endpoint, message) {
    const response = await fetch("/" + encodeURIComponent(endpoint), {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: message,
      cache: "no-store",
      redirect: "error",
    });
    if (!response.ok) throw new LinkError("refused");
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > BODY_MAX) throw new LinkError("refused");
    return bytes;
  }

  async isThere() {
    try {
      const text = new TextDecoder().decode(await within(this.post("proto-ver", "ESP"), PROBE_MS));
      return "prov" in JSON.parse(text.replace(/\0+$/, ""));
    } catch {
      return false;
    }
  }
}

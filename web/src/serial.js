// Web Serial: the console of a device. A line for each request, the response as a line of
// hexadecimal digits, with prompts, echoes and log lines between.

import { hex, unhex } from "./bytes.js";
import { LinkError, sleep, within } from "./session.js";

const COMMAND = "net_prov";
const LINE_MAX = 131072 + 256;
const WAKE_MS = 500;
const WAKES = 10;
const QUIET_MS = 200;

export class Serial {
  static async choose() {
    const transport = new Serial();
    await transport.open();
    return transport;
  }

  name = "serial";

  // Opens the port that was allowed before, if there is one, or lets the person choose.
  // `?baud=N` in the page's address is its speed.
  async open() {
    const known = await navigator.serial.getPorts();
    let port = known[0];
    try {
      if (known.length !== 1) port = await navigator.serial.requestPort();
    } catch {
      throw new LinkError("none");
    }
    const baudRate = Number(new URLSearchParams(location.search).get("baud")) || 115200;
    try {
      if (!port.readable) await port.open({ baudRate, bufferSize: 16384 });
      this.writer = port.writable.getWriter();
      this.listen(port, port.readable.getReader());
    } catch {
      throw new LinkError("busy");
    }
    this.isOpen = true;
    this.heard = 0;
    this.restart();
    await this.wake();
  }

  restart() {
    const [session] = crypto.getRandomValues(new Uint32Array(1));
    this.session = session || 1;
    this.mayOpen = true;
  }

  async listen(port, reader) {
    const lines = new Lines();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        this.heard += value.length;
        for (const line of lines.feed(value)) if (this.take) this.take(line);
      }
    } catch {
      // The port has gone.
    }
    this.isOpen = false;
    if (this.onlost) this.onlost();
    if (this.lose) this.lose(new LinkError("lost"));
    try {
      reader.releaseLock();
      this.writer.releaseLock();
      await port.close();
    } catch {
      // It is closed already.
    }
  }

  // Empty lines until the console says something: a device may start when its port is opened.
  async wake() {
    for (let tries = 0; tries < WAKES && !this.heard; tries++) {
      await this.write("\r");
      await sleep(WAKE_MS);
    }
    for (let heard = -1; heard !== this.heard; ) {
      heard = this.heard;
      await sleep(QUIET_MS);
    }
  }

  write(text) {
    return this.writer.write(new TextEncoder().encode(text));
  }

  async exchange(endpoint, message, ms) {
    if (!this.isOpen) {
      // Another link has no session: only a new handshake may begin there.
      if (!this.mayOpen) throw new LinkError("lost");
      await this.open();
    }
    this.mayOpen = false;
    const command = `${COMMAND} ${endpoint} ${this.session} ${hex(message)}`;
    const judge = judgeOf(command);
    const response = new Promise((done, fail) => {
      this.lose = fail;
      this.take = (line) => {
        const found = judge(line);
        if (found === null) return;
        if (found instanceof LinkError) fail(found);
        else done(found);
      };
    });
    try {
      response.catch(() => {});
      await within(this.write(command + "\r"), ms).catch(() => {
        throw new LinkError("lost");
      });
      return await within(response, ms);
    } finally {
      this.take = this.lose = null;
    }
  }
}

// Splits what a console prints into lines, without escape sequences.
export class Lines {
  text = "";

  feed(bytes) {
    for (const byte of bytes) this.text += String.fromCharCode(byte);
    const lines = this.text.split(/[\r\n]/);
    this.text = lines.pop().slice(-LINE_MAX);
    return lines.map(plain).filter(Boolean);
  }
}

const plain = (line) =>
  line
    .replace(/\x1b\[[\x20-\x3f]*[\x40-\x7e]/g, "")
    .replace(/\x1b[^[]/g, "")
    .replace(/[\x00-\x1f\x7f]/g, "")
    .trim();

// What a line is for a command: its response, a refusal, or nothing. A terminal wraps a long
// echo where it likes.
export function judgeOf(command) {
  const sent = command.replace(/\s/g, "");
  let echoed = null;
  return (line) => {
    const piece = line.replace(/\s/g, "");
    if (echoed === null) {
      const at = piece.indexOf(sent.slice(0, 8));
      if (at >= 0 && sent.startsWith(piece.slice(at))) {
        echoed = piece.length - at;
        return null;
      }
    } else if (echoed < sent.length && sent.startsWith(piece, echoed)) {
      echoed += piece.length;
      return null;
    }
    const rest = line.replace(/^.{0,31}[$>#%] +/, "");
    if (/^(error|net_prov): /.test(rest)) return new LinkError("refused");
    return /^([0-9a-f]{2})+$/i.test(rest) ? unhex(rest) : null;
  };
}

// A session with one device: runs the operations of the WebAssembly module over a transport.

import { Reader, encode, field, u32 } from "./bytes.js";

// As in rust/web/src/machine.rs.
const SEND = 0;
const WAIT = 1;
const NOTICE = 2;
const DONE = 3;
const FAILED = 4;

// As in rust/web/src/operations.rs.
const OP = {
  version: 0, connect: 1, scan: 2, set: 3, apply: 4, status: 5, wait: 6, control: 7, custom: 8,
};

// Kinds of Failure that the page treats on its own, as in rust/web/src/failure.rs.
export const NO_RESPONSE = 4;
export const WRONG_PROOF = 5;
export const FALSE_DEVICE = 6;

// A request gets a response in this time, or none. A scan takes up to 15 s.
const REQUEST_MS = 30000;

// Enough for 64 draws of a key of 32 bytes.
const RANDOM_LENGTH = 2048;

// Four of the longest entries fit a response over Bluetooth.
const PAGE = 4;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// The device or the module does not go on.
export class Failure extends Error {
  constructor(kind, first = 0, endpoint = "") {
    super(`failure ${kind}`);
    Object.assign(this, { kind, first, endpoint });
  }
}

// The transport brought no response. "refused": the device is there and did not respond.
export class LinkError extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

// Waits for a promise, but not for ever: a read that is pending when a link is lost never settles.
export function within(promise, ms, kind = "timeout") {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new LinkError(kind)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// What the text of proto-ver says; none of it is authenticated. Some devices count the NUL that
// ends the text.
export function readVersion(bytes) {
  try {
    const { prov } = JSON.parse(new TextDecoder().decode(bytes).replace(/\0+$/, ""));
    const isByte = (number) => Number.isInteger(number) && number >= 0 && number < 255;
    const { sec_ver: security, sec_patch_ver: patch, ver, cap } = prov;
    if (security !== undefined && !isByte(security)) throw 0;
    const texts = (list) => (Array.isArray(list) ? list.filter((x) => typeof x === "string") : []);
    return {
      security,
      patch: patch === 1 ? 1 : 0,
      protocol: texts([ver]).join().slice(0, 64),
      capabilities: texts(cap).slice(0, 64),
    };
  } catch {
    throw new Failure(1, 0, "proto-ver");
  }
}

export class Session {
  static async open(wasm) {
    const zipped = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
    const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = await new Response(stream).arrayBuffer();
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return new Session(instance.exports);
  }

  constructor(module) {
    this.module = module;
    this.established = false;
    // Called when a session begins or ends.
    this.onchange = () => {};
    this.last = Promise.resolve();
  }

  get isEstablished() {
    return this.established;
  }

  set isEstablished(value) {
    this.established = value;
    this.onchange();
  }

  use(transport) {
    this.transport = transport;
    // A session ends with its link: the next step begins with a handshake.
    transport.onlost = () => (this.isEstablished = false);
    transport.restart();
    this.forget();
  }

  forget() {
    this.module.netprov_forget();
    this.isEstablished = false;
  }

  async version() {
    const text = await this.transport.exchange("proto-ver", encode("ESP"), REQUEST_MS);
    const { protocol, security, patch, capabilities } = readVersion(text);
    const head = [security ?? 255, patch, ...field(protocol)];
    const out = await this.run(OP.version, [...head, ...capabilities.flatMap(field)]);
    const version = { protocol, security: out.u8(), isThread: !!out.u8(), username: out.text() };
    version.noPop = capabilities.includes("no_pop");
    version.canScan = capabilities.includes("wifi_scan");
    return version;
  }

  // `proof` is { demanded, kind, username, secret }.
  async connect(proof) {
    this.forget();
    this.transport.restart();
    const random = crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH));
    const { demanded = 255, kind = 0, username = "", secret = "" } = proof;
    const head = [demanded, kind, ...field(username), ...field(secret)];
    await this.run(OP.connect, [...head, ...field(random)]);
    random.fill(0);
    this.isEstablished = true;
  }

  async scan() {
    const out = await this.run(OP.scan, [PAGE]);
    const networks = [];
    while (!out.isEmpty) {
      networks.push({ ssid: out.field(), rssi: out.i8(), auth: out.u8() });
      out.u16();
      out.field();
    }
    return networks;
  }

  async apply(ssid, secret) {
    await this.run(OP.set, [...field(ssid), ...field(secret)]);
    await this.run(OP.apply, []);
  }

  async status() {
    return this.state(await this.run(OP.status, []));
  }

  // Asks every second until the device is online or has failed; `limit` is in milliseconds.
  async wait(limit, notice) {
    return this.state(await this.run(OP.wait, [...u32(1000), ...u32(limit)], notice));
  }

  async control(afterSuccess) {
    await this.run(OP.control, [afterSuccess ? 1 : 0]);
  }

  async custom(endpoint, message) {
    return (await this.run(OP.custom, [...field(endpoint), ...field(message)])).field();
  }

  state(out) {
    const state = out.u8();
    if (state === 0) return { state: "online", address: out.text(), ssid: out.field() };
    if (state === 4) return { state: "failed", reason: out.u8(), number: out.u32() };
    return { state: state === 3 ? "idle" : "connecting" };
  }

  // One operation at a time.
  run(operation, arguments_, notice = () => {}) {
    const mine = this.last.then(() => this.runAlone(operation, arguments_, notice));
    this.last = mine.catch(() => {});
    return mine;
  }

  async runAlone(operation, arguments_, notice) {
    const { module } = this;
    this.input(arguments_);
    let next = module.netprov_start(operation);
    for (;;) {
      const out = new Reader(this.output());
      if (next === DONE) return out;
      if (next === FAILED) {
        const failure = new Failure(out.u8(), out.u8(), (out.u8(), out.text()));
        // Only a new handshake brings two ends that are out of step together.
        if ([NO_RESPONSE, 7, 8, 9].includes(failure.kind)) this.isEstablished = false;
        throw failure;
      }
      if (next === SEND) {
        next = await this.exchange(out.text(), out.field());
        continue;
      }
      if (next === WAIT) await sleep(out.u32());
      if (next === NOTICE) notice(out.u8(), out.u32());
      next = module.netprov_poll(performance.now());
    }
  }

  async exchange(endpoint, message) {
    try {
      this.input(await this.transport.exchange(endpoint, message, REQUEST_MS));
      return this.module.netprov_receive();
    } catch (error) {
      if (error instanceof LinkError && error.kind === "refused") {
        return this.module.netprov_no_response();
      }
      this.forget();
      throw error;
    }
  }

  input(content) {
    const at = this.module.netprov_input(content.length);
    if (!at) throw new Failure(15);
    new Uint8Array(this.module.memory.buffer, at, content.length).set(content);
  }

  // A copy: the module's memory may move, and is used again.
  output() {
    const { memory, netprov_output, netprov_output_length } = this.module;
    return new Uint8Array(memory.buffer, netprov_output(), netprov_output_length()).slice();
  }
}

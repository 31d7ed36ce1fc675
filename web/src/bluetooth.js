// Web Bluetooth: each endpoint is a characteristic, whose name is in its descriptor 0x2901.

import { LinkError, within } from "./session.js";

const SERVICE = "021a9004-0382-4aea-bff4-6b3f1c5adfb4";
const NAME = 0x2901;
// What is usual where names cannot be read, by the characteristic's number.
const USUAL = {
  ff4f: "prov-ctrl", ff50: "prov-scan", ff51: "prov-session", ff52: "prov-config", ff53: "proto-ver",
};
const MESSAGE_MAX = 512;
const CONNECT_MS = 15000;

export class Bluetooth {
  // Lets the person choose. `?service=UUID` in the page's address names another service.
  static async choose() {
    const service = (new URLSearchParams(location.search).get("service") || SERVICE).toLowerCase();
    let device;
    try {
      device = await navigator.bluetooth.requestDevice({ filters: [{ services: [service] }] });
    } catch {
      throw new LinkError("none");
    }
    const transport = new Bluetooth(device, service);
    await transport.open();
    return transport;
  }

  constructor(device, service) {
    Object.assign(this, { device, service, name: device.name || "" });
    device.addEventListener("gattserverdisconnected", () => {
      this.endpoints = null;
      if (this.onlost) this.onlost();
      if (this.lose) this.lose(new LinkError("lost"));
    });
  }

  async open() {
    let gatt;
    try {
      gatt = await this.wait(this.device.gatt.connect(), CONNECT_MS);
    } catch {
      throw new LinkError("unreachable");
    }
    try {
      const service = await this.wait(gatt.getPrimaryService(this.service), CONNECT_MS);
      const endpoints = {};
      for (const characteristic of await this.wait(service.getCharacteristics(), CONNECT_MS)) {
        endpoints[await this.nameOf(characteristic)] = characteristic;
      }
      this.endpoints = endpoints;
    } catch {
      throw new LinkError(gatt.connected ? "service" : "unreachable");
    }
  }

  // What is pending when a link is lost may never settle.
  wait(promise, ms) {
    const lost = new Promise((_, fail) => (this.lose = fail));
    return within(Promise.race([promise, lost]), ms);
  }

  async nameOf(characteristic) {
    try {
      const descriptor = await this.wait(characteristic.getDescriptor(NAME), CONNECT_MS);
      const value = await this.wait(descriptor.readValue(), CONNECT_MS);
      return new TextDecoder().decode(value).replace(/\0+$/, "");
    } catch (error) {
      if (!this.device.gatt.connected) throw error;
      return USUAL[characteristic.uuid.slice(4, 8)] || characteristic.uuid;
    }
  }

  // A session is a link: the device begins a new one with the handshake's first message.
  restart() {
    this.mayOpen = true;
  }

  async exchange(endpoint, message, ms) {
    if (message.length > MESSAGE_MAX) throw new LinkError("long");
    if (!this.endpoints || !this.device.gatt.connected) {
      if (!this.mayOpen) throw new LinkError("lost");
      await this.open();
    }
    this.mayOpen = false;
    const characteristic = this.endpoints[endpoint];
    if (!characteristic) throw new LinkError("refused");
    const exchange = async () => {
      await characteristic.writeValueWithResponse(message);
      return characteristic.readValue();
    };
    try {
      const value = await this.wait(exchange(), ms);
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    } catch (error) {
      if (error instanceof LinkError) throw error;
      // The browser does not tell the device's error: if the link holds, it was one.
      throw new LinkError(this.device.gatt.connected ? "refused" : "lost");
    }
  }
}

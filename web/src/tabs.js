// Tabs of one browser share the session's cookie, so one of them can talk to the device.

const CHANNEL = "netprov";

export class Tabs {
  constructor(displaced) {
    this.id = String(Math.random());
    const heard = (id) => {
      if (this.isTaken && id !== this.id) {
        this.isTaken = false;
        displaced();
      }
    };
    try {
      this.channel = new BroadcastChannel(CHANNEL);
      this.channel.onmessage = (event) => heard(event.data);
    } catch {
      // Older browsers tell other tabs of what is stored.
      addEventListener("storage", (event) => event.key === CHANNEL && heard(event.newValue));
    }
  }

  // This tab talks to the device from now on; others stop.
  take() {
    this.isTaken = true;
    try {
      if (this.channel) this.channel.postMessage(this.id);
      else localStorage.setItem(CHANNEL, this.id);
    } catch {
      // Nobody can be told.
    }
  }
}

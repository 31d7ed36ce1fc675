// What outlives a reload of this tab: the proof until the device is online, and the network's
// name. Never the passphrase. A browser that keeps nothing asks for the proof again.

const KEY = "netprov";

export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) || {};
  } catch {
    return {};
  }
}

export function keep(what) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...recall(), ...what }));
  } catch {
    // Private windows and captive sheets may refuse.
  }
}

export function drop() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Then nothing was kept.
  }
}

// Every text that a person reads, in one place. Functions take what varies.

export const TEXTS = {
  title: "Set up your device",
  steps: ["Device", "Proof", "Network", "Online"],
  show: "Show",
  hide: "Hide",
  back: "Back",
  again: "Try again",
  startOver: "Start over",
  working: "One moment…",
  slow: "This takes longer than usual. Still waiting…",

  find: {
    title: "Find your device",
    lead: "Switch the device on and keep it close. Then choose how this browser reaches it.",
    bluetooth: "Bluetooth",
    bluetoothHint: "For a device that advertises itself. The browser shows a list to choose from.",
    serial: "USB or serial cable",
    serialHint: "For a device whose console is on a serial port of this computer.",
    softap: "The device's own Wi-Fi",
    softapHint:
      "Join the device's network in the Wi-Fi settings. If it serves this page, open " +
      "http://192.168.4.1 there. A page from another server cannot reach it.",
    noBluetooth:
      "This browser does not offer Bluetooth. Open this page in Chrome or Edge on Windows, macOS or " +
      "Android; on Linux, turn on chrome://flags/#enable-experimental-web-platform-features.",
    noSerial:
      "This browser does not offer serial ports. Open this page in Chrome, Edge or Firefox 151 on a " +
      "computer.",
    insecure: "Works only when the page is opened over https.",
  },
  connecting: "Reaching the device…",
  impostor:
    "Anybody near can open an access point with the same name and show a page like this one. Continue only " +
    "on the network that the device's label names, best with the key printed there.",

  prove: {
    title: "Prove that it is yours",
    lead: "The proof of possession is on the device's label, its display, or in its manual.",
    leadAccount: "The user name and the password are on the device's label, its display, or in its manual.",
    virtual: " A virtual device shows it in its terminal when it starts.",
    pop: "Proof of possession",
    username: "User name",
    password: "Password",
    go: "Continue",
    empty: "Enter what the label says.",
    wrong: "The device refused this proof. Compare it with the label and try again: capitals count.",
    wrongAccount:
      "The device refused the user name or the password. Compare both with the label and try again: " +
      "capitals count.",
    scan: "Scan the QR code",
    scanning: "Hold the code in front of the camera.",
    noCode: "This code is not from a device's label. Scan the label's code, or type the proof.",
    noCamera: "The page cannot use the camera. Type the proof instead.",
    working: "Checking the proof…",
  },
  plain: {
    title: "No protection",
    lead:
      "This device uses security 0: it does not prove who it is, and anybody near can read your Wi-Fi " +
      "passphrase as it is sent. Continue only where nobody else can listen.",
    go: "Continue without protection",
  },

  networks: {
    title: "Choose a network",
    lead: "The device can reach these networks.",
    none: "The device found no network. Move it closer to the router and look again.",
    rescan: "Look again",
    scanning: "The device is looking for networks…",
    other: "Another network",
    otherHint: "Hidden, or not in the list",
    strength: ["weak signal", "fair signal", "good signal", "strong signal"],
    open: "open",
    enterprise: "needs a user account: cannot be set up here",
    auth: ["open", "WEP", "WPA", "WPA2", "WPA/WPA2", "WPA2 enterprise", "WPA3", "WPA2/WPA3"],
    failed: "The device could not look for networks. Enter the network yourself, or look again.",
  },
  join: {
    title: (name) => ["Join ", name],
    otherTitle: "Join another network",
    openLead: "This network is open: it asks for no passphrase and encrypts nothing.",
    ssid: "Network name",
    passphrase: "Passphrase",
    optional: "Leave it empty for an open network.",
    go: "Connect",
    ssidLength: "A network name has 1 to 32 bytes.",
    length: "A passphrase has 8 to 63 characters, or 64 hexadecimal digits.",
  },
  thread: {
    title: "This is a device for Thread",
    lead: "This page sets up Wi-Fi. Hand over the Thread dataset with a phone app or with netprov.",
  },
  progress: {
    title: (name) => ["Connecting to ", name],
    noName: "Connecting",
    secured: "Session established",
    plain: "Session established, not encrypted",
    sent: "Credentials delivered",
    joining: "Device joins the network",
    attempts: (left) =>
      left === 1 ? "An attempt failed. One is left." : `An attempt failed. ${left} are left.`,
    away:
      "The device is out of reach for the moment. Its access point may be following the network " +
      "to another channel. Stay on its Wi-Fi.",
    lost: "The link to the device is lost for the moment. Keep the device close, or check the cable.",
  },
  result: {
    good: "Your device is online",
    goodLead: (name) => ["It has joined ", name, "."],
    address: (address) => `Its address there: ${address}`,
    goodEnd: "You can close this page.",
    another: "Set up another network",
    bad: "The device is not online",
    badNetwork: (name) => ["Network: ", name],
    reasons: [
      "The network refused the passphrase. Check it, capitals count, and try again.",
      "The device does not find the network. Move it closer to the router; many devices have no 5 GHz.",
      "The device gave up and gives no reason. Try again, or choose another network.",
    ],
    other: (number) =>
      `The device gave up. Its manual explains reason ${number}. Try again, or choose another network.`,
    samePassphrase: "Enter the passphrase again",
    otherNetwork: "Choose another network",
    gone: "The device has gone quiet",
    goneLead:
      "It took the credentials and then left. If it has joined the network, its own access " +
      "point is gone and all is well: look at the device. If not, join its network again.",
    ask: "Ask again",
  },
  elsewhere: {
    title: "Continued in another tab",
    lead: "Another tab of this browser has taken over. This tab has stopped talking to the device.",
    go: "Continue here",
  },
  unsupported: {
    title: "This browser cannot do it",
    lead: (address) =>
      `It lacks WebAssembly or DecompressionStream. Open ${address} in a current Chrome, Edge, Firefox or Safari.`,
  },
  secured: [
    "Not encrypted",
    "Encrypted; the device has proved that it knows the proof",
    "Encrypted; the device has proved that it is yours",
  ],
  unproved: "Encrypted; the device asked for no proof and gave none",

  problem: {
    title: "That did not work",
    falseTitle: "This is not your device",
    // By the number of the failure in rust/web/src/failure.rs.
    failures: [
      "Something unexpected failed. Try again; if it fails again, restart the device.",
      "The page does not understand the device's response. Check that this device offers network " +
        "provisioning.",
      "The device's response belongs to another request. Close other apps and tabs that talk to it.",
      "The device refused the request. It may be busy connecting: wait a moment, then try again.",
      "The device did not accept the request. The session has ended, or another phone, tab or " +
        "program has taken over. Try again to take it back.",
      "The device refused the proof. Compare it with the label.",
      "It could not prove that it knows the secret from the label, so it got no credentials. " +
        "Check that you reached the right device: another one may use its name.",
      "A response was not encrypted by this session's device. The page discarded it and ended the " +
        "session. Try again.",
      "The session has ended. Try again.",
      "The session has used up its messages. Try again.",
      "The device now offers another security scheme than it did before. Check that you reached the " +
        "right device.",
      "The device offers no protection. Check that you reached the right device.",
      "The device uses a security scheme that this page does not support. Look for a newer page.",
      "The device asks for a proof. Start over and enter it.",
      "The device did not finish in time. Try again.",
      "The device's response is too long for this page. Check that you reached the right device.",
      "This browser could not make random numbers. Open the page in another browser.",
      "The page has made a mistake. Reload it.",
    ],
    locked:
      "The device refuses to begin. After five wrong proofs it waits, 30 seconds at first: try again " +
      "later.",
    links: {
      refused: "The device refused the request. Check that it offers network provisioning.",
      unreachable:
        "The device cannot be reached. Check that it is on and close, and that you are on its network.",
      timeout: "The device did not respond in time. Check that it is on and close, then try again.",
      lost: "The link to the device was lost. Move closer, or check the cable, then try again.",
      long: "The message is too long for Bluetooth. Choose a network with a shorter name.",
      none: "No device was chosen. If yours is not in the list, check that it is on and close.",
      busy:
        "The serial port cannot be opened. Check the cable, and close other programs that use the port.",
      service:
        "This device does not offer network provisioning over Bluetooth. Choose another device.",
    },
  },
};

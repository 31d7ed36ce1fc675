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
  slow: "The device takes its time. Still waiting…",

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
    noBluetooth: "This browser has no Bluetooth. Use Chrome or Edge on a computer or Android.",
    noSerial: "This browser has no serial ports. Use Chrome, Edge or Firefox 151 on a computer.",
    insecure: "Needs a page opened over https.",
  },
  connecting: "Reaching the device…",

  prove: {
    title: "Prove that it is yours",
    lead: "The proof is on the device's label, its display, or in its manual.",
    pop: "Proof of possession",
    username: "User name",
    password: "Password",
    go: "Continue",
    empty: "Enter what the label says.",
    wrong: "The device refused this proof. Compare it with the label: capitals count.",
    wrongAccount: "The device refused the user name or the password. Capitals count.",
    scan: "Scan the QR code",
    scanning: "Hold the code in front of the camera.",
    noCode: "This is not the code of such a device.",
    noCamera: "The camera cannot be used. Type the proof instead.",
    working: "Proving to each other…",
  },
  plain: {
    title: "No protection",
    lead:
      "This device uses security 0. It proves nothing, and your Wi-Fi passphrase would travel " +
      "where anybody near can read it.",
    go: "Continue without protection",
  },

  networks: {
    title: "Choose a network",
    lead: "These are in the device's range.",
    none: "The device found no network. Move it closer to the router and look again.",
    rescan: "Look again",
    scanning: "The device looks for networks…",
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
      "The device gave up and does not say why. Try again, or choose another network.",
    ],
    other: (number) => `The device failed for a reason of its own: number ${number}.`,
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
    lead: "Another tab of this browser has taken over. This one no longer asks the device.",
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

  problem: {
    title: "That did not work",
    falseTitle: "This is not your device",
    // By the number of the failure in rust/web/src/failure.rs.
    failures: [
      "Something failed that this page does not know.",
      "The device's response makes no sense. Is this a device for network provisioning?",
      "The device's response belongs to another request. Another phone or tab may be talking to it.",
      "The device refused the request. It may be busy connecting: wait a moment.",
      "The device did not take the request. Another phone, tab or program may have taken over, or " +
        "the session has ended.",
      "The device refused the proof.",
      "It could not prove that it knows the secret from the label, so it got no credentials. " +
        "Check that you reached the right device: another one may use its name.",
      "A response was not encrypted by this session's device. It was discarded, and the session " +
        "has ended.",
      "The session has ended. Connect again.",
      "The session is worn out. Connect again.",
      "The device offers another security scheme than its label says.",
      "The device offers no protection.",
      "The device uses a security scheme that this page does not know.",
      "The device asks for a proof.",
      "The device did not finish in time.",
      "The device sent more than this page takes.",
      "This browser's random numbers failed.",
      "This page made a mistake. Reload it.",
    ],
    locked:
      "The device refuses to begin. After several wrong proofs it waits up to some minutes: try " +
      "again later.",
    links: {
      refused: "The device refused the request. Is this a device for network provisioning?",
      unreachable: "The device cannot be reached. Is it on, close, and are you on its network?",
      timeout: "The device did not respond in time. Is it still on and close?",
      lost: "The link to the device was lost. Move closer, or check the cable.",
      long: "The message is too long for Bluetooth.",
      none: "No device was chosen.",
      busy: "The serial port cannot be opened. Another program may be using it.",
      service: "This device does not offer network provisioning over Bluetooth.",
    },
  },
};

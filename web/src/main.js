// The way from a device to one that is online. Each view waits for the person or the device and
// goes on to the next; what fails is shown where it can be tried again.

import { Bluetooth } from "./bluetooth.js";
import { encode, hex, unhex } from "./bytes.js";
import { Http } from "./http.js";
import { drop, keep, recall } from "./keep.js";
import { scanCode } from "./camera.js";
import { Serial } from "./serial.js";
import {
  FALSE_DEVICE, Failure, LinkError, NO_RESPONSE, Session, WRONG_PROOF, sleep,
} from "./session.js";
import { Tabs } from "./tabs.js";
import { TEXTS } from "./texts.js";
import {
  bars, busy, button, el, error, footer, form, icon, input, lead, lock, mark, named, note, say, show,
  sign, value,
} from "./view.js";

const [DEVICE, PROOF, NETWORK, ONLINE] = [0, 1, 2, 3];
const ENTERPRISE = 5;
const WAIT_MS = 120000;
// A device that was told to connect before a reload, and does not: it has forgotten.
const RESUME_MS = 15000;
// How long a device may be out of reach while it connects.
const AWAY_MS = 60000;

let session;
let version;
let proof;
let tabs;
// What is shown is of this run; what an older one still waits for ends unseen.
let current = 0;

// Runs a step. What it throws is shown, with a way to try the step again.
async function go(step) {
  const run = ++current;
  try {
    await step(() => run === current);
  } catch (thrown) {
    if (run === current) problem(thrown, step);
  }
}

function problem(thrown, step) {
  const text = TEXTS.problem;
  const isFalse = thrown instanceof Failure && thrown.kind === FALSE_DEVICE;
  let reason;
  if (thrown instanceof LinkError) reason = text.links[thrown.kind] || text.links.lost;
  else if (thrown instanceof Failure) {
    reason = text.failures[thrown.kind] || text.failures[0];
    if (thrown.kind === NO_RESPONSE && thrown.endpoint === "prov-session") reason = text.locked;
  } else {
    reason = text.failures[17];
    console.error(thrown);
  }
  const again = () => go(step);
  show("problem", session.isEstablished ? NETWORK : DEVICE,
    isFalse ? text.falseTitle : text.title, sign(false), error(reason),
    button(isFalse ? TEXTS.back : TEXTS.again, isFalse ? () => go(prove) : again, "main"),
    button(TEXTS.startOver, startOver, "link"));
}

function startOver() {
  drop();
  location.reload();
}

// The footer names the device, and says what protects the session while there is one.
function foot() {
  const secured = session.isEstablished &&
    (version.security && !proof.kind ? TEXTS.unproved : TEXTS.secured[version.security]);
  const { transport } = session;
  footer([transport && transport.name, version && version.protocol, secured].filter(Boolean).join(" · "));
}

// The device that serves this page; else one that is chosen.
async function find() {
  if (location.protocol.startsWith("http")) {
    busy(DEVICE, TEXTS.connecting);
    const http = new Http();
    // A host of static pages responds to this, too, but not as a device does.
    for (let tries = recall().applied ? 20 : 2; tries; tries--) {
      if (await http.isThere()) return go(() => begin(http));
      if (tries > 1) await sleep(1000);
    }
    if (recall().applied) return go(gone);
  }
  choose();
}

function choose(failed) {
  const text = TEXTS.find;
  const choice = (id, name, hint, isThere, missing, path, open) => {
    const why = isThere ? hint : isSecureContext ? missing : text.insecure;
    const button_ = el("button", { type: "button", id, disabled: !isThere, onclick: () =>
      go(async (isCurrent) => {
        let transport;
        try {
          transport = await open();
        } catch (thrown) {
          if (isCurrent()) choose(thrown instanceof LinkError ? thrown : new LinkError("lost"));
          return;
        }
        if (isCurrent()) await begin(transport);
      }) }, icon(path), el("span", {}, el("strong", {}, name), el("small", {}, why)));
    return el("li", {}, button_);
  };
  show("find", DEVICE, text.title, lead(text.lead),
    failed && error(TEXTS.problem.links[failed.kind]),
    el("ul", { class: "list" },
      choice("bluetooth", text.bluetooth, text.bluetoothHint, !!navigator.bluetooth,
        text.noBluetooth, "M7 8l10 8-5 4V4l5 4L7 16", () => Bluetooth.choose()),
      choice("serial", text.serial, text.serialHint, !!navigator.serial, text.noSerial,
        "M12 3v14M12 17a2 2 0 1 0 0 4 2 2 0 0 0 0-4M12 14l-4-3V8M12 12l4-3V6M9.5 5.5L12 3l2.5 2.5",
        () => Serial.choose())),
    el("p", { class: "hint" }, el("strong", {}, text.softap, ". "), text.softapHint));
}

async function begin(transport) {
  busy(DEVICE, TEXTS.connecting);
  version = null;
  session.use(transport);
  session.isShared = transport instanceof Http;
  version = await session.version();
  foot();
  if (version.isThread) {
    const text = TEXTS.thread;
    return show("thread", DEVICE, text.title, lead(text.lead));
  }
  const { proof: kept } = recall();
  if (kept) {
    proof = kept;
    return go(connect);
  }
  if (version.security === 1 && version.noPop) {
    proof = { kind: 0 };
    return go(connect);
  }
  prove();
}

// A device that serves its page on this very computer has no label, and no access point.
const isVirtual = () => /^(localhost|127\.|\[::1)/.test(location.hostname);

// What the page cannot prevent, where it comes from an access point.
const impostor = () => session.isShared && !isVirtual() && note(TEXTS.impostor);

// Asks for the proof; `wrong` says that the last one was refused.
function prove(wrong) {
  if (version.security === 0) {
    const text = TEXTS.plain;
    show("plain", PROOF, text.title, sign(false), error(text.lead), impostor(), button(text.go, () => {
      proof = { demanded: 0 };
      go(connect);
    }, "main"));
    return;
  }
  const text = TEXTS.prove;
  const account = version.security === 2;
  const last = proof || {};
  const fields = [
    account && input("username", text.username, { value: last.username || version.username }),
    input("secret", account ? text.password : text.pop,
      { autofocus: true, value: last.secret }, true),
  ];
  const submit = () => {
    const secret = value("secret");
    if (!secret) return { id: "secret", text: text.empty };
    proof = account
      ? { demanded: 2, kind: 2, username: value("username"), secret }
      : { demanded: version.security === 1 ? 1 : 255, kind: 1, secret };
    go(connect);
  };
  const scan = "BarcodeDetector" in self && navigator.mediaDevices &&
    button(text.scan, () => go(readCode));
  show("prove", PROOF, text.title,
    lead(account ? text.leadAccount : text.lead, isVirtual() && session.isShared && text.virtual),
    wrong === true && error(account ? text.wrongAccount : text.wrong),
    typeof wrong === "string" && error(wrong),
    form(fields, text.go, submit), scan, impostor());
  if (wrong === true) mark("secret");
}

// Takes the proof from the label's code.
async function readCode(isCurrent) {
  const text = TEXTS.prove;
  const video = el("video", { playsinline: true, muted: true });
  show("camera", PROOF, text.scan, lead(text.scanning), video,
    button(TEXTS.back, () => (current++, prove()), "link"));
  let wrong;
  try {
    const code = await scanCode(video, isCurrent);
    if (!isCurrent()) return;
    if (code) proof = { username: code.username, secret: code.pop };
    else wrong = text.noCode;
  } catch {
    wrong = text.noCamera;
  }
  if (isCurrent()) prove(wrong);
}

async function connect() {
  busy(PROOF, TEXTS.prove.working);
  try {
    await establish();
  } catch (thrown) {
    keep({ proof: null });
    if (thrown instanceof Failure && thrown.kind === WRONG_PROOF) return prove(true);
    throw thrown;
  }
  keep({ proof });
  await resume();
}

async function establish() {
  if (session.isShared) tabs.take();
  await session.connect(proof);
}

// Goes on where the device is, whatever this page knows.
async function resume() {
  const status = await session.status();
  if (status.state === "online" || status.state === "failed") return result(status);
  if (status.state === "connecting") return go(settle(WAIT_MS));
  if (recall().applied) return go(settle(RESUME_MS));
  await networks();
}

// A step that needs a session, and begins one if the last has ended. If the link is lost within, the step is
// taken once more: the proof has been right, and each step asks the device for its state first where it must.
const inSession = (step) => async (isCurrent) => {
  for (let tries = 2; ; tries--) {
    try {
      if (!session.isEstablished) {
        busy(PROOF, TEXTS.prove.working);
        await establish();
      }
      return await step(isCurrent);
    } catch (thrown) {
      const isLost = thrown instanceof LinkError && thrown.kind === "lost";
      if (!isLost || tries < 2 || !isCurrent()) throw thrown;
    }
  }
};

async function networks() {
  if (!version.canScan) return join(null);
  busy(NETWORK, TEXTS.networks.scanning);
  let found = [];
  let failed = false;
  try {
    found = await session.scan();
  } catch (thrown) {
    if (!(thrown instanceof Failure) || !session.isEstablished) throw thrown;
    failed = true;
  }
  list(found, failed);
}

const rescan = () => go(inSession(networks));

const level = (rssi) => [-78, -67, -55].filter((limit) => rssi >= limit).length;

function list(found, failed) {
  const text = TEXTS.networks;
  const rows = found.map((network) => {
    const strength = text.strength[level(network.rssi)];
    const kind = text.auth[network.auth] || `type ${network.auth}`;
    const cannot = network.auth === ENTERPRISE;
    return el("li", {}, el("button", {
      type: "button", disabled: cannot, onclick: () => join(network, () => list(found, failed)),
    }, bars(level(network.rssi)), el("span", {}, el("strong", {}, named(network.ssid)),
      el("small", {}, cannot ? text.enterprise : `${kind} · ${strength}`)),
    network.auth !== 0 && lock()));
  });
  const other = el("li", {}, el("button", {
    type: "button", id: "other", onclick: () => join(null, () => list(found, failed)),
  }, icon("M12 5v14M5 12h14"),
  el("span", {}, el("strong", {}, text.other), el("small", {}, text.otherHint))));
  show("networks", NETWORK, text.title,
    failed ? error(text.failed) : lead(found.length ? text.lead : text.none),
    el("ul", { class: "list" }, rows, other), button(text.rescan, rescan, "link"),
    !proof.secret && impostor());
}

// Asks for the passphrase of a network, and for its name if it is none of the list.
function join(network, back, wrong) {
  const text = TEXTS.join;
  const isOpen = network && network.auth === 0;
  const fields = [
    !network && input("ssid", text.ssid, { autofocus: true, maxlength: 32 }),
    !isOpen && input("passphrase", text.passphrase, { autofocus: !!network, maxlength: 64 }, true,
      network ? "" : text.optional),
  ];
  const submit = () => {
    const ssid = network ? network.ssid : encode(value("ssid"));
    const passphrase = isOpen ? "" : value("passphrase");
    if (!ssid.length || ssid.length > 32) return { id: "ssid", text: text.ssidLength };
    const { length } = encode(passphrase);
    const isKey = /^[0-9a-f]{64}$/i.test(passphrase);
    const mayBeShort = (network ? isOpen : !length) || (network && network.auth === 1);
    if (!isKey && (length > 63 || (length < 8 && !mayBeShort))) {
      return { id: "passphrase", text: text.length };
    }
    go(inSession(apply(ssid, encode(passphrase), network)));
  };
  show("join", NETWORK, network ? text.title(named(network.ssid)) : text.otherTitle,
    isOpen && note(text.openLead), wrong && error(wrong),
    form(fields, text.go, submit), button(TEXTS.back, back || rescan, "link"));
}

const apply = (ssid, secret, network) => {
  let isSent = false;
  return async () => {
    progress(ssid, 1);
    // A device that took them before the link was lost is on its way: it would refuse them now.
    const isTaken = isSent && ["connecting", "online"].includes((await session.status()).state);
    isSent = true;
    if (!isTaken) await session.apply(ssid, secret);
    keep({ applied: true, ssid: hex(ssid), auth: network ? network.auth : null });
    go(settle(WAIT_MS));
  };
};

// Shows what has been done of the way to the network.
function progress(ssid, done, remark = "") {
  const text = TEXTS.progress;
  const stages = [version.security ? text.secured : text.plain, text.sent, text.joining];
  show("progress", ONLINE, ssid.length ? text.title(named(ssid)) : text.noName,
    el("ol", { class: "stages" }, stages.map((stage, at) =>
      el("li", { class: at < done ? "done" : at === done && "now" },
        el("div", { class: "dot", "aria-hidden": "true" }), stage))),
    el("p", { class: "hint", id: "remark" }, remark));
  say(remark || stages[Math.min(done, 2)]);
}

function remark(text) {
  const place = document.getElementById("remark");
  if (place) place.textContent = text;
  say(text);
}

// Waits for the outcome. A device that is out of reach for a while gets a new handshake.
const settle = (limit) => async (isCurrent) => {
  const ssid = unhex(recall().ssid || "");
  let end = performance.now() + limit;
  let away = 0;
  progress(ssid, 2);
  for (;;) {
    try {
      if (!session.isEstablished) await establish();
      if (!isCurrent()) return;
      if (away) {
        remark("");
        // It may have restarted, and then it has forgotten.
        limit = RESUME_MS;
        end = performance.now() + limit;
      }
      away = 0;
      const left = Math.max(1000, end - performance.now());
      const outcome = await session.wait(left, (kind, number) => {
        if (isCurrent() && kind === 2) remark(TEXTS.progress.attempts(number));
      });
      if (isCurrent()) result(outcome);
      return;
    } catch (thrown) {
      if (!isCurrent()) return;
      const late = limit === RESUME_MS && thrown instanceof Failure && thrown.kind === 14;
      if (late) {
        keep({ applied: false });
        return go(inSession(networks));
      }
      if (!(thrown instanceof LinkError)) throw thrown;
      away = away || performance.now();
      if (performance.now() - away > AWAY_MS) return gone();
      remark(session.isShared ? TEXTS.progress.away : TEXTS.progress.lost);
      await sleep(1000);
      if (!isCurrent()) return;
    }
  }
};

// The device took the credentials and is not there any more.
function gone() {
  const text = TEXTS.result;
  show("gone", ONLINE, text.gone, lead(text.goneLead),
    button(text.ask, () => (session.transport ? go(settle(WAIT_MS)) : go(find)), "main"),
    button(TEXTS.startOver, startOver, "link"));
}

function result(outcome) {
  const text = TEXTS.result;
  const kept = recall();
  const ssid = outcome.ssid && outcome.ssid.length ? outcome.ssid : unhex(kept.ssid || "");
  if (outcome.state === "online") {
    // A reload finds a device that tells it, or none at all: nothing is left to keep.
    drop();
    show("online", ONLINE, text.good, sign(true),
      el("p", {}, ssid.length ? text.goodLead(named(ssid)) : ""),
      outcome.address ? el("p", { id: "address" }, text.address(outcome.address)) : null,
      lead(text.goodEnd),
      button(text.another, () => go(inSession(async () => {
        await session.control(true);
        await networks();
      })), "link"));
    return;
  }
  keep({ applied: false });
  const again = () => join({ ssid, auth: kept.auth == null ? 3 : kept.auth }, rescan);
  show("failed", ONLINE, text.bad, sign(false),
    ssid.length ? el("p", {}, text.badNetwork(named(ssid))) : null,
    error(text.reasons[outcome.reason] || text.other(outcome.number)),
    outcome.reason === 0 && ssid.length && button(text.samePassphrase, again, "main"),
    button(text.otherNetwork, rescan,
      outcome.reason === 0 && ssid.length ? "link" : "main"));
}

function displaced() {
  current++;
  session.forget();
  const text = TEXTS.elsewhere;
  show("elsewhere", DEVICE, text.title, lead(text.lead),
    button(text.go, () => go(async () => {
      busy(DEVICE, TEXTS.connecting);
      await establish();
      await resume();
    }), "main"));
}

async function start() {
  if (!self.WebAssembly || !self.DecompressionStream || !self.crypto) {
    const text = TEXTS.unsupported;
    show("unsupported", DEVICE, text.title, error(text.lead(location.href)));
    return;
  }
  busy(DEVICE, TEXTS.working);
  tabs = new Tabs(displaced);
  session = await Session.open(wasm());
  session.onchange = foot;
  go(find);
}


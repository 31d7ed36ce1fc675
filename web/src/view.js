// Drawing: every view replaces the one before. Texts of others are only ever text nodes.

import { readable } from "./bytes.js";
import { TEXTS } from "./texts.js";

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

// An element with attributes, properties that are functions, and content.
export function el(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element[key] = value;
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...content.flat(Infinity).filter((part) => part != null && part !== false));
  return element;
}

function drawing(kind, ...paths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", kind);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [d, off] of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    if (off) path.setAttribute("class", "off");
    svg.append(path);
  }
  return svg;
}

const BARS = ["M4 20v-3", "M9.3 20v-7", "M14.6 20V9", "M20 20V5"];
export const bars = (level) => drawing("icon", ...BARS.map((d, at) => [d, at > level]));
export const lock = () => drawing("icon lock", ["M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3"]);
export const icon = (d) => drawing("icon", [d]);
export const sign = (good) =>
  good
    ? drawing("sign good", ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19M7.5 12.5l3 3 6-6.5"])
    : drawing("sign bad", ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19M12 7v6M12 16.5v.1"]);

// A network's name, which cannot disturb the text around it.
export const named = (ssid) => el("bdi", {}, readable(ssid));

// Shows a view: its name, which step of TEXTS.steps it belongs to, its title and its content.
export function show(view, step, title, ...content) {
  const main = $("main");
  const heading = el("h1", { tabindex: "-1" }, title);
  main.replaceChildren(heading, ...content.filter(Boolean));
  const mark = main.querySelector(".sign");
  if (mark) main.prepend(mark);
  main.dataset.view = view;
  $("steps").replaceChildren(
    ...TEXTS.steps.map((name, at) =>
      el("li", { class: at < step && "done", "aria-current": at === step && "step" }, name),
    ),
  );
  document.title = `${heading.textContent} – ${TEXTS.title}`;
  say("");
  const focus = main.querySelector("[autofocus]") || heading;
  focus.focus({ preventScroll: true });
  scrollTo(0, 0);
}

// Tells a screen reader.
export const say = (text) => ($("live").textContent = text);

export const footer = (text) => ($("footer").textContent = text);

export const lead = (...content) => el("p", { class: "lead" }, ...content);
export const note = (...content) => el("p", { class: "note" }, ...content);
export const error = (...content) => el("p", { class: "error", role: "alert" }, ...content);
export const button = (text, onclick, kind) =>
  el("button", { type: "button", class: kind, onclick }, text);

// A view that waits, and says so again when it takes long.
export function busy(step, title) {
  const slow = el("p", { class: "hint" });
  show("busy", step, title, el("div", { class: "spinner" }), slow);
  setTimeout(() => {
    if (!slow.isConnected) return;
    slow.textContent = TEXTS.slow;
    say(TEXTS.slow);
  }, 5000);
}

// A labelled field; a secret one has a button that shows it.
export function input(id, label, attributes = {}, isSecret = false, hint = "") {
  const field = el("input", {
    id,
    type: isSecret ? "password" : "text",
    autocomplete: "off",
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    "aria-describedby": hint && `${id}-hint`,
    ...attributes,
  });
  const box = el("div", { class: isSecret ? "box secret" : "box" }, field);
  if (isSecret) {
    const reveal = button(TEXTS.show, () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      reveal.textContent = shown ? TEXTS.show : TEXTS.hide;
      reveal.setAttribute("aria-pressed", String(!shown));
      field.focus();
    }, "reveal");
    reveal.setAttribute("aria-pressed", "false");
    reveal.setAttribute("aria-controls", id);
    box.append(reveal);
  }
  return [
    el("label", { for: id }, label),
    box,
    hint && el("p", { class: "hint", id: `${id}-hint` }, hint),
  ];
}

// A form: `submit` returns what is wrong, or nothing.
export function form(content, go, submit) {
  const complaint = el("div", {});
  const element = el("form", { novalidate: true }, content, complaint,
    el("button", { class: "main", type: "submit" }, go));
  element.onsubmit = (event) => {
    event.preventDefault();
    const wrong = submit();
    if (!wrong) return;
    complaint.replaceChildren(error(wrong.text));
    mark(wrong.id);
  };
  return element;
}

// Marks a field as wrong and goes there.
export function mark(id) {
  const field = $(id);
  if (!field) return;
  field.setAttribute("aria-invalid", "true");
  field.focus();
  field.select();
}

export const value = (id) => $(id).value;

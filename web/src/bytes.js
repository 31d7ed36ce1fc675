// Fields and numbers as rust/web/src/bytes.rs has them, and bytes as text.

export class Reader {
  constructor(bytes) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = bytes;
    this.at = 0;
  }
  get isEmpty() {
    return this.at >= this.bytes.length;
  }
  u8() {
    return this.view.getUint8(this.at++);
  }
  i8() {
    return this.view.getInt8(this.at++);
  }
  u16() {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }
  u32() {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }
  field() {
    const length = this.u16();
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }
  text() {
    return new TextDecoder().decode(this.field());
  }
}

export const encode = (text) => new TextEncoder().encode(text);

export const u32 = (number) => [0, 8, 16, 24].map((bits) => (number >>> bits) & 255);

export const field = (content) => {
  const bytes = typeof content === "string" ? encode(content) : content;
  return [bytes.length & 255, bytes.length >> 8, ...bytes];
};

export const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");

export const unhex = (text) =>
  Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

// Characters that show nothing, or change the order of what is around them.
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

const escaped = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;

// A network's name for a person. It is bytes: what is no UTF-8 is shown as \xNN, and what is
// invisible by its number, so that two names that differ look different.
export function readable(bytes) {
  let text = "";
  let rest = bytes;
  while (rest.length) {
    const length = sequence(rest);
    if (length) {
      text += new TextDecoder("utf-8", { ignoreBOM: true }).decode(rest.slice(0, length));
    } else {
      text += `\\x${hex(rest.slice(0, 1))}`;
    }
    rest = rest.slice(length || 1);
  }
  text = text.replace(INVISIBLE, escaped);
  return text.replace(/^ | $|  +/g, (spaces) => "\u2423".repeat(spaces.length));
}

// The length of the UTF-8 sequence at the beginning; 0 if it is none.
function sequence(bytes) {
  const first = bytes[0];
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(0, length));
    return bytes.length >= length ? length : 0;
  } catch {
    return 0;
  }
}

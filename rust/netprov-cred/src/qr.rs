//! The QR code for the phone apps: as text, for a terminal, as SVG and as PNG.

use std::fmt::Write;

use provisioning::qr::Payload;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::credential::Credential;
use crate::hex::Fault;

/// Width of the light margin in modules; the QR standard requires it.
const QUIET: i32 = 4;

/// Pixels per module in a PNG: one byte, at one bit per pixel.
const SCALE: usize = 8;

/// Longest name that fits in a scan response, in bytes.
const BLE_NAME_MAX: usize = 29;

/// Returns the text of the code, in ASCII. It contains the password.
///
/// Fails for values that the transport does not support. For Bluetooth (`ble`), these are a name
/// too long for an advertisement, because the apps look for exactly this name, and the password of
/// an access point.
pub fn payload(
    credential: &Credential,
    transport: &str,
    network: Option<&str>,
) -> Result<String, Fault> {
    let length = credential.name.len();
    if transport == "ble" && length > BLE_NAME_MAX {
        return Err(Fault(format!(
            "the service name has {length} bytes: Bluetooth can advertise only {BLE_NAME_MAX}, \
             and the apps look for the whole name; use a shorter one"
        )));
    }
    if transport != "softap" && credential.ap_password.is_some() {
        return Err(Fault(format!(
            "the transport `{transport}` has no access point: omit its password, or use \
             --transport softap"
        )));
    }
    let payload = Payload {
        name: &credential.name,
        transport,
        security: Some(credential.security),
        pop: credential.password.as_deref().or(credential.pop.as_deref()),
        username: credential.username.as_deref(),
        password: credential.ap_password.as_deref(),
        network,
    };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = payload.write_json(&mut text);
    Ok(text)
}

/// A QR code, which can be drawn in several formats.
pub struct Code(QrCode);

impl Code {
    /// Encodes a text for a label: 15 % of the code may be damaged.
    pub fn new(text: &str) -> Result<Self, Fault> {
        Self::encode(text, QrCodeEcc::Medium)
    }

    /// Encodes a text for a screen: a smaller code with less redundancy.
    pub fn for_screen(text: &str) -> Result<Self, Fault> {
        Self::encode(text, QrCodeEcc::Low)
    }

    fn encode(text: &str, redundancy: QrCodeEcc) -> Result<Self, Fault> {
        QrCode::encode_text(text, redundancy)
            .map(Self)
            .map_err(|_| Fault("the text is too long for a QR code".into()))
    }

    /// Returns the modules per side, including the margin.
    fn side(&self) -> i32 {
        self.0.size() + 2 * QUIET
    }

    /// Returns whether a module is dark; the margin is light.
    fn is_dark(&self, x: i32, y: i32) -> bool {
        self.0.get_module(x - QUIET, y - QUIET)
    }

    /// Draws with half blocks; each line begins with `indent`.
    ///
    /// With `colour`, the code is black on white regardless of the terminal's colours. Without, the
    /// light modules have the colour of text: this suits a terminal with a dark background.
    pub fn to_terminal(&self, colour: bool, indent: &str) -> String {
        let (start, end) = if colour { ("\x1b[38;5;16;48;5;231m", "\x1b[0m") } else { ("", "") };
        let side = self.side();
        // If the number of rows is odd, the last line has no lower half.
        let mark = |x, y| y < side && self.is_dark(x, y) == colour;
        let mut out = String::new();
        for y in (0..side).step_by(2) {
            out.push_str(indent);
            out.push_str(start);
            out.extend((0..side).map(|x| match (mark(x, y), mark(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }));
            out.push_str(end);
            out.push('\n');
        }
        out
    }

    /// Draws as SVG.
    pub fn to_svg(&self) -> String {
        let side = self.side();
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\">\n<rect width=\"{side}\" height=\"{side}\" \
             fill=\"#fff\"/>\n<path d=\""
        );
        for y in 0..side {
            for x in (0..side).filter(|x| self.is_dark(*x, y)) {
                let _ = write!(out, "M{x} {y}h1v1h-1z");
            }
        }
        out + "\"/>\n</svg>\n"
    }

    /// Draws as PNG, black on white, with 8 pixels per module.
    pub fn to_png(&self) -> Result<Vec<u8>, Fault> {
        let fault = |error: png::EncodingError| Fault(format!("PNG: {error}"));
        // One bit per pixel: a module is one byte wide and 8 rows high.
        let mut rows = Vec::new();
        for y in 0..self.side() {
            let row: Vec<u8> =
                (0..self.side()).map(|x| if self.is_dark(x, y) { 0 } else { 0xff }).collect();
            rows.extend(row.repeat(SCALE));
        }
        let pixels = self.side().unsigned_abs() * SCALE as u32;
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, pixels, pixels);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header().map_err(fault)?;
        writer.write_image_data(&rows).map_err(fault)?;
        writer.finish().map_err(fault)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_the_format_of_the_apps() {
        let credential =
            Credential::security_2("PROV_1", "wifiprov", Some("abcd1234"), Some(&[1; 16])).unwrap();
        assert_eq!(
            payload(&credential, "ble", None).unwrap(),
            r#"{"ver":"v1","name":"PROV_1","username":"wifiprov","pop":"abcd1234","transport":"ble","security":2}"#
        );
        let credential = Credential::security_1("PROV_1", Some("pop")).unwrap();
        assert_eq!(
            payload(&credential, "softap", Some("wifi")).unwrap(),
            r#"{"ver":"v1","name":"PROV_1","pop":"pop","transport":"softap","network":"wifi","security":1}"#
        );
    }

    #[test]
    fn a_terminal_shows_the_code_in_its_place() {
        let code = Code::for_screen("PROV_0A1B2C").unwrap();
        let drawing = code.to_terminal(false, "  ");
        for (line, y) in drawing.lines().zip((0..).step_by(2)) {
            let cells = line.strip_prefix("  ").unwrap().chars();
            assert_eq!(cells.clone().count() as i32, code.side());
            for (cell, x) in cells.zip(0..) {
                assert_eq!(matches!(cell, '█' | '▀'), !code.is_dark(x, y), "{x} {y}");
                let lower = y + 1 < code.side() && !code.is_dark(x, y + 1);
                assert_eq!(matches!(cell, '█' | '▄'), lower, "{x} {}", y + 1);
            }
        }
        let drawing = code.to_terminal(true, "  ");
        for line in drawing.lines() {
            assert!(line.starts_with("  \x1b[38;5;16;48;5;231m    "), "{line:?}");
            assert!(line.ends_with("    \x1b[0m"), "{line:?}");
        }
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert!(Code::for_screen(&"x".repeat(5000)).is_err());
    }

    /// All formats show the same modules.
    #[test]
    fn all_formats_show_the_same_code() {
        let code = Code::new("some text that is drawn").unwrap();
        let side = code.side();
        let dark = |x, y| code.is_dark(x, y);
        let count = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        let count = count.filter(|(x, y)| dark(*x, *y)).count();
        assert!(count > 100);
        assert_eq!(code.to_svg().matches("h1v1h-1z").count(), count);
        let halves = |c: char| match c {
            '█' => 2,
            '▀' | '▄' => 1,
            _ => 0,
        };
        let marks = |colour| code.to_terminal(colour, "").chars().map(halves).sum::<usize>();
        assert_eq!(marks(true), count);
        assert_eq!(marks(false), (side * side) as usize - count);

        let png = code.to_png().unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(frame.width as usize, side as usize * SCALE);
        assert_eq!(pixels.iter().filter(|p| **p == 0).count(), count * SCALE * SCALE);
    }
}

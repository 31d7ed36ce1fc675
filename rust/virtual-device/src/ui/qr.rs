//! A QR code out of half blocks: two modules a character.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code, as the standard demands for scanners to find it.
const QUIET: i32 = 4;

/// Draws a text, or nothing if it is too long for a code.
///
/// With colours, modules are black and white whatever the terminal's own colours are. Without,
/// the light modules are drawn in the text's colour, as on a dark terminal.
pub(super) fn draw(text: &str, colour: bool, indent: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let (on, off) = if colour { ("\x1b[38;5;16;48;5;231m", "\x1b[0m") } else { ("", "") };
    // Beyond its edge a code is light.
    let drawn = |x, y| code.get_module(x, y) == colour;
    let range = -QUIET..code.size() + QUIET;
    let mut drawing = String::new();
    for y in range.clone().step_by(2) {
        drawing.push_str(indent);
        drawing.push_str(on);
        for x in range.clone() {
            // The last row may have no lower half: it is dark then only if nothing is drawn dark.
            let lower = if range.contains(&(y + 1)) { drawn(x, y + 1) } else { false };
            drawing.push(match (drawn(x, y), lower) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawing.push_str(off);
        drawing.push('\n');
    }
    Some(drawing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules of a drawing, true where something is drawn.
    fn modules(drawing: &str) -> Vec<Vec<bool>> {
        let rows = drawing.lines().flat_map(|line| {
            let half = |marks: [char; 2]| line.chars().map(|c| marks.contains(&c)).collect();
            [half(['█', '▀']), half(['█', '▄'])]
        });
        rows.collect()
    }

    #[test]
    fn a_drawing_is_the_code_with_a_quiet_zone() {
        let text = r#"{"ver":"v1","name":"PROV_0A1B2C","pop":"K7QM2XPA","transport":"softap"}"#;
        let code = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
        let modules = modules(&draw(text, false, "").unwrap());
        let side = (code.size() + 2 * QUIET) as usize;
        assert_eq!(modules[0].len(), side);
        for (y, row) in modules.iter().take(side).enumerate() {
            for (x, light) in row.iter().enumerate() {
                let (x, y) = (x as i32 - QUIET, y as i32 - QUIET);
                assert_eq!(*light, !code.get_module(x, y), "{x} {y}");
            }
        }
    }

    #[test]
    fn colours_make_it_black_on_white() {
        let drawing = draw("a", true, "  ").unwrap();
        for line in drawing.lines() {
            assert!(line.starts_with("  \x1b[38;5;16;48;5;231m    "), "{line:?}");
            assert!(line.ends_with("    \x1b[0m"), "{line:?}");
        }
        assert!(!draw("a", false, "").unwrap().contains('\x1b'));
    }

    #[test]
    fn a_text_too_long_has_no_code() {
        assert_eq!(draw(&"x".repeat(5000), true, ""), None);
    }
}

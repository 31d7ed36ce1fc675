//! Reads labels with scanners, using names and proofs in several scripts.

use std::fs::File;
use std::io::BufReader;

use rxing::common::HybridBinarizer;
use rxing::{BinaryBitmap, DecodeHintValue, DecodeHints, Luma8LuminanceSource, Reader as _};
use serde_json::Value;

use crate::support::{run, text};

/// Returns a label's 8-bit pixels: width, height, and rows from the top.
fn pixels(path: &std::path::Path) -> (usize, usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(path).unwrap()));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    (frame.width as usize, frame.height as usize, pixels)
}

/// Reads the code with a scanner derived from quirc.
fn quirc((width, height, pixels): &(usize, usize, Vec<u8>)) -> String {
    let at = |x, y| pixels[y * width + x];
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(*width, *height, at);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().expect("a code").1
}

/// Reads the code with a scanner derived from ZXing.
fn zxing((width, height, pixels): &(usize, usize, Vec<u8>)) -> String {
    let source = Luma8LuminanceSource::new(pixels.clone(), *width as u32, *height as u32).unwrap();
    let mut image = BinaryBitmap::new(HybridBinarizer::new(source));
    // The image contains only the code: this tests reading, not finding.
    let hints = DecodeHints::default().with(DecodeHintValue::PureBarcode(true));
    let read = rxing::qrcode::QRCodeReader.decode_with_hints(&mut image, &hints);
    read.expect("a code").getText().to_owned()
}

#[test]
fn two_scanners_read_every_name_correctly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in [
        "PROV_0A1B2C",
        "Haust\u{fc}r",
        "\u{d6}lm\u{fc}hle gro\u{df}",
        "caf\u{e9} cr\u{e8}me",
        "\u{5ba2}\u{5385}\u{7684}\u{706f}",
        "\u{53f0}\u{6240}\u{306e}\u{3042}\u{304b}\u{308a}",
        "\u{ac70}\u{c2e4} \u{b4f1}",
        "\u{43b}\u{430}\u{43c}\u{43f}\u{430}",
        "lamp \u{1f4a1}\u{1f3e0}",
        "q\"u\\o{t}e,\u{7e}",
    ] {
        let arguments = ["new", "--security", "1", "--force", "--png", "c.png", "--qr", "c.txt"];
        let output =
            run(path, &[&arguments[..], &["--name", name, "--pop", "\u{fc}\u{20ac}"]].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let payload = std::fs::read_to_string(path.join("c.txt")).unwrap();
        assert!(payload.is_ascii(), "{payload}");
        let label = pixels(&path.join("c.png"));
        for scanned in [quirc(&label), zxing(&label)] {
            assert_eq!(scanned, payload.trim_end());
            let value: Value = serde_json::from_str(&scanned).unwrap();
            assert_eq!((&value["name"], &value["pop"]), (&name.into(), &"\u{fc}\u{20ac}".into()));
        }
    }
}

//! The console: one line a request, `net_prov <endpoint> <session_id> <hex-request>`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The command's name.
pub const COMMAND: &str = "net_prov";

/// How the command is used.
pub const USAGE: &str = "usage: net_prov <endpoint> <session_id> <hex-request>";

/// A request from the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The endpoint's name.
    pub endpoint: &'a str,
    /// The session's number. A new number is a new session; the old one goes on.
    pub session: u32,
    /// The request's bytes.
    pub message: Vec<u8>,
}

/// Why a line is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// There is an argument too few or too many.
    Arguments,
    /// The session number is not a decimal number of at most 32 bits.
    SessionId,
    /// The request is not hexadecimal.
    Hex,
    /// The request has an odd number of digits: the console has cut the line, or a digit was
    /// lost.
    OddHex,
    /// The request is longer than the transport's limit.
    TooLong,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arguments => USAGE,
            Self::SessionId => "the session id is not a decimal number of 32 bits",
            Self::Hex => "the request is not hexadecimal",
            Self::OddHex => "the request has an odd number of hex digits: was the line cut?",
            Self::TooLong => "the request is too long",
        })
    }
}

impl core::error::Error for LineError {}

/// Reads the arguments that follow the command's name. The request is at most `message_max`
/// bytes; an empty one is spelt `-` or left out.
pub fn parse_arguments<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    message_max: usize,
) -> Result<Line<'a>, LineError> {
    let mut arguments = arguments.into_iter();
    let endpoint = arguments.next().ok_or(LineError::Arguments)?;
    let session = arguments.next().ok_or(LineError::Arguments)?;
    let hex = arguments.next().unwrap_or("-");
    if arguments.next().is_some() {
        return Err(LineError::Arguments);
    }
    // `parse` would take a sign.
    if !session.bytes().all(|b| b.is_ascii_digit()) {
        return Err(LineError::SessionId);
    }
    let session = session.parse().map_err(|_| LineError::SessionId)?;
    let message = if hex == "-" { Vec::new() } else { decode_hex(hex, message_max)? };
    Ok(Line { endpoint, session, message })
}

/// Reads a whole line. `None` if it is empty or another command's.
pub fn parse_line(line: &str, message_max: usize) -> Option<Result<Line<'_>, LineError>> {
    let mut words = line.split_ascii_whitespace();
    (words.next()? == COMMAND).then(|| parse_arguments(words, message_max))
}

/// The answer as the console prints it: lower-case hexadecimal.
pub fn encode_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

fn decode_hex(hex: &str, max: usize) -> Result<Vec<u8>, LineError> {
    let digits = hex.as_bytes();
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(LineError::Hex);
    }
    let (pairs, odd) = digits.as_chunks();
    if !odd.is_empty() {
        return Err(LineError::OddHex);
    }
    if pairs.len() > max {
        return Err(LineError::TooLong);
    }
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
    Ok(pairs.iter().map(|[high, low]| value(*high) << 4 | value(*low)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Line<'_>, LineError> {
        parse_line(line, 4).expect("the line is ours")
    }

    #[test]
    fn a_line_is_a_request() {
        let line = Line { endpoint: "prov-session", session: 7, message: [0x52, 0x00].into() };
        assert_eq!(parse("net_prov prov-session 7 5200"), Ok(line.clone()));
        assert_eq!(parse("  net_prov\tprov-session  7 5200\r\n"), Ok(line));
        assert_eq!(parse("net_prov e 0 aBcD").unwrap().message, [0xab, 0xcd]);
        assert_eq!(parse("net_prov e 0 ffffffff").unwrap().message, [0xff; 4]);
    }

    #[test]
    fn an_empty_request_can_be_spelt() {
        for line in ["net_prov e 0", "net_prov e 0 -"] {
            assert_eq!(parse(line).unwrap().message, []);
        }
    }

    #[test]
    fn bad_lines_say_why() {
        for (line, error) in [
            ("net_prov", LineError::Arguments),
            ("net_prov e", LineError::Arguments),
            ("net_prov e 0 00 00", LineError::Arguments),
            ("net_prov e +1 00", LineError::SessionId),
            ("net_prov e 4294967296 00", LineError::SessionId),
            ("net_prov e 0 0g", LineError::Hex),
            ("net_prov e 0 \u{e9}\u{e9}", LineError::Hex),
            ("net_prov e 0 000", LineError::OddHex),
            ("net_prov e 0 0000000000", LineError::TooLong),
        ] {
            assert_eq!(parse(line), Err(error), "{line}");
            assert_ne!(alloc::format!("{error}"), "", "{line}");
        }
    }

    #[test]
    fn other_commands_are_left_alone() {
        assert_eq!(parse_line("", 4), None);
        assert_eq!(parse_line("net_provision e 0 00", 4), None);
    }

    #[test]
    fn answers_are_lower_case() {
        assert_eq!(encode_hex(&[0x00, 0xab, 0xff]), "00abff");
    }
}

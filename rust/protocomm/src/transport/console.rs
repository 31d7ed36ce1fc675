//! The console: one line per request, `net_prov <endpoint> <session_id> <hex-request>`.

use core::fmt;

use super::decimal;

/// The command's name.
pub const COMMAND: &str = "net_prov";

/// How the command is used.
pub const USAGE: &str = "usage: net_prov <endpoint> <session_id> <hex-request>";

/// A request from the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The endpoint's name.
    pub endpoint: &'a str,
    /// The session's number. A new number starts a new session and does not end the old one.
    pub session: u32,
    /// The length of the request in bytes. The request is at the start of the buffer.
    pub length: usize,
}

/// Why a line is not a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// The number of arguments is wrong.
    Arguments,
    /// The session number is not a decimal number of at most 32 bits.
    SessionId,
    /// The request is not hexadecimal.
    Hex,
    /// The request has an odd number of digits: the console has truncated the line, or a digit was
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

/// Parses the arguments after the command's name and writes the request to `buffer`. An empty
/// request is `-` or omitted.
pub fn parse_arguments<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    buffer: &mut [u8],
) -> Result<Line<'a>, LineError> {
    let mut arguments = arguments.into_iter();
    let endpoint = arguments.next().ok_or(LineError::Arguments)?;
    let session = arguments.next().ok_or(LineError::Arguments)?;
    let hex = arguments.next().unwrap_or("-");
    if arguments.next().is_some() {
        return Err(LineError::Arguments);
    }
    let session = decimal::parse(session.as_bytes()).ok_or(LineError::SessionId)?;
    let length = if hex == "-" { 0 } else { decode_hex(hex, buffer)? };
    Ok(Line { endpoint, session, length })
}

/// Parses a whole line. Returns `None` if it is empty or has another command.
pub fn parse_line<'a>(line: &'a str, buffer: &mut [u8]) -> Option<Result<Line<'a>, LineError>> {
    let mut words = line.split_ascii_whitespace();
    (words.next()? == COMMAND).then(|| parse_arguments(words, buffer))
}

/// The response as the console prints it, in lower-case hexadecimal.
pub fn encode_hex(bytes: &[u8]) -> impl Iterator<Item = char> {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(move |b| [digit(b >> 4), digit(b & 15)])
}

/// Writes the bytes to `buffer` and returns their number.
fn decode_hex(hex: &str, buffer: &mut [u8]) -> Result<usize, LineError> {
    let digits = hex.as_bytes();
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(LineError::Hex);
    }
    let (pairs, odd) = digits.as_chunks();
    if !odd.is_empty() {
        return Err(LineError::OddHex);
    }
    if pairs.len() > buffer.len() {
        return Err(LineError::TooLong);
    }
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
    for (byte, [high, low]) in buffer.iter_mut().zip(pairs) {
        *byte = value(*high) << 4 | value(*low);
    }
    Ok(pairs.len())
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    /// Returns the line's endpoint and session and the bytes of the request.
    fn parse(line: &str) -> Result<(&str, u32, Vec<u8>), LineError> {
        let mut buffer = [0; 4];
        let line = parse_line(line, &mut buffer).expect("the line is ours")?;
        Ok((line.endpoint, line.session, buffer[..line.length].to_vec()))
    }

    #[test]
    fn a_line_is_a_request() {
        let request = ("prov-session", 7, vec![0x52, 0x00]);
        assert_eq!(parse("net_prov prov-session 7 5200"), Ok(request.clone()));
        assert_eq!(parse("  net_prov\tprov-session  7 5200\r\n"), Ok(request));
        assert_eq!(parse("net_prov e 0 aBcD").unwrap().2, [0xab, 0xcd]);
        assert_eq!(parse("net_prov e 0 ffffffff").unwrap().2, [0xff; 4]);
    }

    #[test]
    fn an_empty_request_can_be_written() {
        for line in ["net_prov e 0", "net_prov e 0 -"] {
            assert!(parse(line).unwrap().2.is_empty());
        }
    }

    #[test]
    fn bad_lines_are_refused_with_a_reason() {
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
        assert_eq!(parse_line("", &mut [0; 4]), None);
        assert_eq!(parse_line("net_provision e 0 00", &mut [0; 4]), None);
    }

    #[test]
    fn responses_are_lower_case() {
        assert_eq!(encode_hex(&[0x00, 0xab, 0xff]).collect::<String>(), "00abff");
    }
}

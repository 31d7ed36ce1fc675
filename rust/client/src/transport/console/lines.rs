//! Finds the response in a console's output.

use super::super::RESPONSE_MAX;

/// Longest line kept: the longest response plus room for a prompt.
const LINE_MAX: usize = 2 * RESPONSE_MAX + 256;

/// Minimum number of matching characters for a line to count as an echo of the command.
const ECHO_MIN: usize = 8;

/// A line addressed to the client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The response.
    Response(Vec<u8>),
    /// The device rejected the request for this reason.
    Refused(String),
    /// A line of hexadecimal digits that exceeds the limit.
    TooLong,
}

/// Searches console output for the response to one command.
pub(crate) struct Lines {
    /// The command without white space, since terminals may wrap long lines anywhere.
    command: zeroize::Zeroizing<Vec<u8>>,
    /// Number of command characters echoed so far, once the echo has started.
    echoed: Option<usize>,
    line: Vec<u8>,
    /// The line exceeds the limit.
    overlong: bool,
    escape: Escape,
}

/// Position of the last byte within an escape sequence.
enum Escape {
    None,
    Begun,
    /// Parameters of a control sequence, which ends with a letter.
    Parameters,
}

impl Lines {
    pub(crate) fn new(command: &str) -> Self {
        let command = command.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Self {
            command: zeroize::Zeroizing::new(command),
            echoed: None,
            line: Vec::new(),
            overlong: false,
            escape: Escape::None,
        }
    }

    /// Processes the next byte of output.
    pub(crate) fn feed(&mut self, byte: u8) -> Option<Found> {
        match (&self.escape, byte) {
            (_, 0x1b) => self.escape = Escape::Begun,
            (Escape::Begun, b'[') => self.escape = Escape::Parameters,
            (Escape::Begun, _) => self.escape = Escape::None,
            (Escape::Parameters, 0x40..=0x7e) => self.escape = Escape::None,
            (Escape::Parameters, 0x20..=0x3f) => {}
            (_, b'\r' | b'\n') => {
                self.escape = Escape::None;
                let line = std::mem::take(&mut self.line);
                let overlong = std::mem::take(&mut self.overlong);
                return if overlong { None } else { self.classify(&line) };
            }
            // Ignores other control characters, such as those that move the cursor.
            (_, 0..=0x1f | 0x7f) => self.escape = Escape::None,
            _ => {
                self.escape = Escape::None;
                if self.line.len() < LINE_MAX {
                    self.line.push(byte);
                } else if !self.overlong {
                    self.overlong = true;
                    if self.line.iter().all(u8::is_ascii_hexdigit) {
                        return Some(Found::TooLong);
                    }
                }
            }
        }
        None
    }

    /// Classifies a complete line.
    fn classify(&mut self, line: &[u8]) -> Option<Found> {
        let line = line.trim_ascii();
        if line.is_empty() || self.is_echo(line) {
            return None;
        }
        if let Some(reason) = refusal(line) {
            return Some(Found::Refused(reason));
        }
        unhex(without_prompt(line)).map(Found::Response)
    }

    /// Returns whether the line is a part of the echoed command. The first part may follow a
    /// prompt.
    fn is_echo(&mut self, line: &[u8]) -> bool {
        let piece: Vec<u8> = line.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        match self.echoed {
            None => {
                let first = &self.command[..ECHO_MIN.min(self.command.len())];
                let Some(at) = piece.windows(first.len().max(1)).position(|w| w == first) else {
                    return false;
                };
                let piece = &piece[at..];
                let begins = self.command.starts_with(piece);
                if begins {
                    self.echoed = Some(piece.len());
                }
                begins
            }
            Some(at) => {
                let goes_on = at < self.command.len() && self.command[at..].starts_with(&piece);
                if goes_on {
                    self.echoed = Some(at + piece.len());
                }
                goes_on
            }
        }
    }
}

/// Returns the reason if the line reports that the device rejected the request.
fn refusal(line: &[u8]) -> Option<String> {
    let line = without_prompt_before(line, b"error: ")
        .or_else(|| without_prompt_before(line, b"net_prov: "))?;
    // The text comes from a peer, so limit its length and strip control characters.
    let text = String::from_utf8_lossy(line);
    let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(text)
}

/// Returns the text after `word`, which must begin the line or follow a prompt.
fn without_prompt_before<'a>(line: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let at = line.windows(word.len()).position(|window| window == word)?;
    let prompt = line[..at].trim_ascii_end();
    (prompt.is_empty() || is_prompt(prompt)).then(|| &line[at + word.len()..])
}

/// Returns the last word of a line if a prompt precedes it, otherwise the whole line.
fn without_prompt(line: &[u8]) -> &[u8] {
    match line.iter().rposition(|byte| *byte == b' ') {
        Some(space) if is_prompt(line[..space].trim_ascii_end()) => &line[space + 1..],
        _ => line,
    }
}

/// Prompts are short and end with one of these characters.
fn is_prompt(text: &[u8]) -> bool {
    text.len() <= 32 && matches!(text.last(), Some(b'$' | b'>' | b'#' | b'%'))
}

/// Decodes hexadecimal digits.
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    if pairs.is_empty() {
        return None;
    }
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &str = "net_prov prov-session 17 5203a20100";

    fn found(printed: &[u8]) -> Option<Found> {
        let mut lines = Lines::new(COMMAND);
        printed.iter().find_map(|byte| lines.feed(*byte))
    }

    fn response() -> Option<Found> {
        Some(Found::Response(vec![0x52, 0x05, 0xab]))
    }

    #[test]
    fn a_line_of_digits_is_the_response() {
        assert_eq!(found(b"5205ab\n"), response());
        assert_eq!(found(b"\r\n5205AB\r\n"), response());
        assert_eq!(found(b"5205ab"), None, "the line is incomplete");
        assert_eq!(found(b"5205a\n"), None, "a digit is missing");
    }

    #[test]
    fn echo_prompts_colours_and_logs_are_skipped() {
        let printed = b"uart:~$ net_prov prov-session 17 5203a20100\r\n\
            \x1b[1;32m[00:00:01.000,000] <inf> net: up\x1b[0m\r\n\
            [00:00:02.000] <wrn> heap 12\r\nuart:~$ \x1b[8D\x1b[J5205ab\r\nuart:~$ ";
        assert_eq!(found(printed), response());
    }

    #[test]
    fn an_echo_that_the_terminal_wraps_is_no_response() {
        // The second piece consists only of hexadecimal digits.
        assert_eq!(
            found(b"uart:~$ net_prov prov-session 17 52\r\n03a20100\r\n5205ab\r\n"),
            response()
        );
        assert_eq!(found(b"net_prov prov-session 17 5203a20\n100\n5205ab\n"), response());
    }

    #[test]
    fn a_response_that_repeats_the_request_is_a_response() {
        let echo = b"net_prov prov-session 17 5203a20100\n5203a20100\n";
        let same = Some(Found::Response(vec![0x52, 0x03, 0xa2, 0x01, 0x00]));
        assert_eq!(found(echo), same);
        assert_eq!(found(b"5203a20100\n"), same);
    }

    #[test]
    fn a_rejection_has_its_reason() {
        let refused = |text: &str| Some(Found::Refused(text.into()));
        assert_eq!(found(b"error: no session\n"), refused("no session"));
        assert_eq!(found(b"uart:~$ net_prov: busy (-16)\n"), refused("busy (-16)"));
        // A log line that mentions an error is not a refusal.
        assert_eq!(found(b"<err> wifi: error: no AP\n5205ab\n"), response());
    }

    #[test]
    fn noise_is_skipped_and_bounded() {
        let mut noise = vec![0xff, 0, 0x80, b'z'];
        noise.extend([b'x'; 2 * LINE_MAX]);
        noise.extend(b"\n5205ab\n");
        assert_eq!(found(&noise), response());
        assert_eq!(found(&[b'a'; 2 * LINE_MAX]), Some(Found::TooLong));
    }
}

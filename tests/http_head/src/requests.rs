//! Random requests, each from a seed, so that a failure can be repeated.

const METHODS: [&str; 8] =
    ["GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "M-SEARCH", "UNSUBSCRIBE"];
const AUTHORITIES: [&str; 16] = [
    LONGEST,
    TOO_LONG,
    "192.168.4.1",
    "192.168.4.1:80",
    "10.0.0.1",
    "[fe80::1]:80",
    "prov.local",
    "PROV.Local:8080",
    ".local",
    "localhost",
    "LOCALHOST:1",
    "localhost.evil.example",
    "evil.example",
    "192.168.4.1.evil.example",
    "1.2.3.4:evil.example",
    "x.local.evil.example",
];
/// As long as what the glue compares, and one byte longer.
const LONGEST: &str = "a-name-that-is-as-long-as-what-is-compared-with-an-origin.local";
const TOO_LONG: &str = "a-name-that-is-as-long-as-what-is-compared-with-an-origin.localx";
const COOKIES: [&str; 9] = [
    "session=1",
    "session=4294967295",
    "session=",
    "session",
    "Session=2",
    "a=b",
    "xsession=3",
    "session=12345678901234567890123456789012345678901234567890",
    "theme=a session=4",
];
/// Bytes that mean something to a parser.
const CRITICAL: &[u8] = b"\r\n\t :;,=/?\"0aZ\x00\x7f\x80";

/// A sequence of numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // Mixed, as neighbouring seeds must not have similar sequences.
        let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Self((mixed ^ (mixed >> 27)) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end.max(1)
    }

    pub fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// A request that every parser has to read.
pub fn valid(dice: &mut Dice) -> Vec<u8> {
    let mut request = Vec::new();
    let method = dice.pick(&METHODS);
    let target = "x".repeat(if dice.one_in(20) { 200 + dice.below(54) } else { dice.below(20) });
    let version = if dice.one_in(8) { "1.0" } else { "1.1" };
    request.extend(format!("{method} /{target} HTTP/{version}\r\n").bytes());

    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    let host = dice.pick(&AUTHORITIES);
    if !dice.one_in(6) {
        headers.push(("Host".into(), host.into()));
    }
    if dice.one_in(2) {
        let same = !dice.one_in(3);
        let authority = if same { host } else { dice.pick(&AUTHORITIES) };
        let origin = match dice.below(8) {
            0 => "null".into(),
            1 => format!("https://{authority}"),
            2 => format!("http://{authority}0"),
            3 => format!("HTTP://{}", authority.to_ascii_uppercase()),
            _ => format!("http://{authority}"),
        };
        headers.push(("Origin".into(), origin.into()));
        if host == TOO_LONG && dice.one_in(2) {
            headers.pop();
            headers.push(("Origin".into(), format!("http://{LONGEST}").into()));
        }
    }
    if dice.one_in(20) {
        headers.push(("Host".into(), dice.pick(&AUTHORITIES).into()));
    }
    for _ in 0..dice.below(3) {
        let cookies: Vec<_> = (0..=dice.below(4)).map(|_| dice.pick(&COOKIES)).collect();
        headers.push(("Cookie".into(), cookies.join(dice.pick(&["; ", ";", ";  \t"])).into()));
    }
    if dice.one_in(4) {
        let value = dice.pick(&["100-continue", "100-Continue", "100-continu", "200-ok"]);
        headers.push(("Expect".into(), value.into()));
    }
    for _ in 0..dice.below(4) {
        let name = dice.pick(&["Accept", "X", "Cookies", "Hos", "Upgrade", "Connection", "TE"]);
        let value: Vec<u8> = (0..dice.below(12)).map(|_| text_byte(dice)).collect();
        headers.push((name.into(), trimmed(value)));
    }
    let (framing, body) = body(dice);
    headers.extend(framing);

    while !headers.is_empty() {
        let (name, value) = headers.swap_remove(dice.below(headers.len()));
        let name: Vec<u8> = name.bytes().map(|byte| other_case(byte, dice)).collect();
        request.extend(name);
        request.push(b':');
        request.extend(dice.pick(&["", " ", "  ", "\t"]).bytes());
        request.extend(value);
        request.extend(b"\r\n");
    }
    request.extend(b"\r\n");
    request.extend(body);
    match dice.below(12) {
        // The start of the next request, or the line end of an old client.
        0 => request.extend(b"GET / HTTP/1.1\r\n"),
        1 => request.extend(b"\r\n"),
        _ => {}
    }
    request
}

/// The header that says where the body ends, and the body.
fn body(dice: &mut Dice) -> (Option<(String, Vec<u8>)>, Vec<u8>) {
    let length = if dice.one_in(10) { 1000 + dice.below(50) } else { dice.below(30) };
    let content: Vec<u8> = (0..length).map(|_| dice.below(256) as u8).collect();
    match dice.below(3) {
        0 => (None, Vec::new()),
        1 => (Some(("Content-Length".into(), length.to_string().into())), content),
        _ => {
            let mut chunked = Vec::new();
            let mut rest = &content[..];
            while !rest.is_empty() {
                let (chunk, others) = rest.split_at(1 + dice.below(rest.len()));
                let extension = dice.pick(&["", "", ";a=b", ";c"]);
                chunked.extend(format!("{:x}{extension}\r\n", chunk.len()).bytes());
                chunked.extend(chunk);
                chunked.extend(b"\r\n");
                rest = others;
            }
            chunked.extend(b"0\r\n");
            if dice.one_in(3) {
                let cookie = b"Cookie: session=9\r\n";
                let host = b"Host: evil.example\r\n";
                chunked.extend(dice.pick(&[&b"Digest: x\r\n"[..], cookie, host]));
            }
            chunked.extend(b"\r\n");
            (Some(("Transfer-Encoding".into(), b"chunked".into())), chunked)
        }
    }
}

/// A byte of a header's value.
fn text_byte(dice: &mut Dice) -> u8 {
    match dice.below(6) {
        0 => b' ',
        1 => 0x80 + dice.below(0x80) as u8,
        _ => b'!' + dice.below(94) as u8,
    }
}

/// Spaces around a value do not belong to it.
fn trimmed(mut value: Vec<u8>) -> Vec<u8> {
    while value.last() == Some(&b' ') {
        value.pop();
    }
    value
}

fn other_case(byte: u8, dice: &mut Dice) -> u8 {
    if dice.one_in(3) { byte ^ if byte.is_ascii_alphabetic() { 0x20 } else { 0 } } else { byte }
}

/// Changes a few bytes.
pub fn change(request: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(3) {
        let at = dice.below(request.len());
        let byte = CRITICAL[dice.below(CRITICAL.len())];
        match dice.below(4) {
            0 => request.insert(at, byte),
            1 if request.len() > 1 => drop(request.remove(at)),
            2 => request.truncate(at.max(1)),
            _ => request[at] = byte,
        }
    }
}

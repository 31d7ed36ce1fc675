//! Random requests, as the Zephyr glue, httparse and hyper's server read them: all must read each valid
//! request alike, and of a request with a few bytes changed, all that accept it must read the same.
//! `cargo xtask test --only http-head` runs this with the glue's parser as a program.
#![forbid(unsafe_code)]

mod glue;
mod reference;
mod requests;
mod server;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use glue::Reading;
use reference::{Request, Verdict};
use requests::Dice;
use server::{Seen, Server};

const USAGE: &str = "usage: http-head PROGRAM COUNT";
/// Requests that the program gets at a time.
const BATCH: u64 = 10_000;
/// Lengths of the fragments in which requests arrive, in bytes.
const FRAGMENTS: [u32; 5] = [1, 2, 7, 64, 65536];

/// Why the glue refuses what httparse accepts, as `enum http_errno`: 2 for a target of more than 255
/// bytes; 16 and 17 because Zephyr's parser knows the methods and the form of a target; 25 for a
/// space after a length; 27 for a chunk without one.
const STRICTER: [u32; 5] = [2, 16, 17, 25, 27];

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().context(USAGE)?;
    let count: u64 = arguments.next().context(USAGE)?.parse()?;
    let mut tally = Tally::default();
    let server = Server::new()?;
    for is_changed in [false, true] {
        for start in (0..count).step_by(BATCH as usize) {
            let seeds = start..count.min(start + BATCH);
            let requests: Vec<_> = seeds.map(|seed| request(seed, is_changed)).collect();
            let readings = glue::read(&program, &requests)?;
            for ((bytes, _), reading) in requests.iter().zip(&readings) {
                let compared = tally
                    .compare(bytes, reading, is_changed)
                    .and_then(|()| tally.compare_with_server(&server, bytes, reading, is_changed));
                if let Err(difference) = compared {
                    println!("{difference}: {}", bytes.escape_ascii());
                    return Ok(ExitCode::FAILURE);
                }
            }
        }
    }
    let Tally { alike, stricter, laxer, neither, served } = tally;
    println!(
        "{alike} read alike, {stricter} refused by the glue alone, {laxer} of a form that only the \
         glue accepts, {neither} accepted by neither; {served} read by hyper and the glue alike"
    );
    Ok(ExitCode::SUCCESS)
}

/// A request, and the length of its fragments.
fn request(seed: u64, is_changed: bool) -> (Vec<u8>, u32) {
    let mut dice = Dice::new(seed);
    let mut bytes = requests::valid(&mut dice);
    if is_changed {
        requests::change(&mut bytes, &mut dice);
    }
    (bytes, FRAGMENTS[dice.below(FRAGMENTS.len())])
}

/// How many requests there were of each kind.
#[derive(Default)]
struct Tally {
    alike: u64,
    stricter: u64,
    laxer: u64,
    neither: u64,
    /// Read by hyper's server too.
    served: u64,
}

impl Tally {
    fn compare(&mut self, bytes: &[u8], glue: &Reading, is_changed: bool) -> Result<(), String> {
        let (verdict, expected) = reference::read(bytes);
        let kind = match (verdict, glue) {
            (Verdict::Whole, Reading::Whole(request)) => {
                // httparse leaves spaces after a value out, and the glue has them in the value.
                if !(is_changed && has_space_at_an_end(bytes)) {
                    same(&expected, request)?;
                }
                &mut self.alike
            }
            (Verdict::Whole, Reading::Refused(error)) if STRICTER.contains(error) && is_changed => {
                &mut self.stricter
            }
            // Zephyr's parser takes other versions, ends of lines and bytes in a head.
            (Verdict::Irregular, Reading::Whole(_)) if is_changed => &mut self.laxer,
            (Verdict::Whole, Reading::Refused(error)) => {
                return Err(format!("the glue refuses it with {error}"));
            }
            (Verdict::Whole, Reading::Part) => return Err("the glue waits for more".into()),
            (_, Reading::Whole(_)) => return Err(format!("the glue accepts it: {verdict:?}")),
            _ => &mut self.neither,
        };
        *kind += 1;
        Ok(())
    }

    /// Compares what hyper's server and the glue accept both.
    fn compare_with_server(
        &mut self,
        server: &Server,
        bytes: &[u8],
        glue: &Reading,
        is_changed: bool,
    ) -> Result<(), String> {
        let Reading::Whole(request) = glue else { return Ok(()) };
        let Some(seen) = server.read(bytes) else {
            // As the standard says, hyper takes no chunks from a client of version 1.0.
            let is_old = bytes.windows(8).any(|part| part == b"HTTP/1.0");
            return if is_changed || is_old { Ok(()) } else { Err("hyper refuses it".into()) };
        };
        // With a coding like ",chunked", or a space after it, Zephyr's parser reads no body. Nobody
        // sends that.
        let is_regular = matches!(reference::read(bytes), (Verdict::Whole, _))
            && !(is_changed && has_space_at_an_end(bytes));
        let body = request.body.as_ref().filter(|_| is_regular).unwrap_or(&seen.body);
        let is_same = seen.method == request.method
            && seen.target.is_none_or(|target| target == request.target)
            && seen.body == *body;
        if !is_same {
            let Seen { method, target, body } = seen;
            return Err(format!("hyper reads {method}, {target:?}, {body:?}, not {request:?}"));
        }
        self.served += 1;
        Ok(())
    }
}

fn same(expected: &Request, found: &Request) -> Result<(), String> {
    let is_elsewhere =
        expected.is_elsewhere.is_none() || expected.is_elsewhere == found.is_elsewhere;
    let is_same = expected.method == found.method
        && expected.target == found.target
        && expected.cookies == found.cookies
        && expected.is_foreign == found.is_foreign
        && is_elsewhere
        && expected.expects_continue == found.expects_continue
        && expected.body == found.body
        && expected.end == found.end;
    if is_same { Ok(()) } else { Err(format!("{expected:?} is not {found:?}")) }
}

/// Whether a line ends with a space.
fn has_space_at_an_end(bytes: &[u8]) -> bool {
    let lines =
        bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.into_iter().any(|line| line.ends_with(b" ") || line.ends_with(b"\t"))
}

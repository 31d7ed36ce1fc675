//! The glue's parser, in a program of its own.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};

use crate::reference::Request;

/// The numbers of methods, `enum http_method`.
const METHODS: [&str; 33] = [
    "DELETE",
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "COPY",
    "LOCK",
    "MKCOL",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "SEARCH",
    "UNLOCK",
    "BIND",
    "REBIND",
    "UNBIND",
    "ACL",
    "REPORT",
    "MKACTIVITY",
    "CHECKOUT",
    "MERGE",
    "M-SEARCH",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PATCH",
    "PURGE",
    "MKCALENDAR",
    "LINK",
    "UNLINK",
];

/// What the glue has made of some bytes.
pub enum Reading {
    Whole(Request),
    Part,
    /// With a value of `enum http_errno`.
    Refused(u32),
}

/// Has the program read requests, each with the length of its fragments.
pub fn read(program: &str, requests: &[(Vec<u8>, u32)]) -> Result<Vec<Reading>> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let mut input = child.stdin.take().context("its input is piped")?;
    let output = child.stdout.take().context("its output is piped")?;
    let readings = thread::scope(|scope| {
        scope.spawn(move || {
            for (bytes, fragment) in requests {
                let length = bytes.len() as u32;
                let head = [length.to_ne_bytes(), fragment.to_ne_bytes()].concat();
                // A program that has stopped is reported by its output, which ends.
                if input.write_all(&[&head, &bytes[..]].concat()).is_err() {
                    return;
                }
            }
        });
        BufReader::new(output).lines().map(|line| reading(&line?)).collect::<Result<Vec<_>>>()
    })?;
    ensure!(child.wait()?.success(), "the program fails");
    ensure!(readings.len() == requests.len(), "the program has not answered each request");
    Ok(readings)
}

fn reading(line: &str) -> Result<Reading> {
    let (verdict, rest) = line.split_once(' ').context("a line has a verdict")?;
    let fields: HashMap<_, _> = rest.split(' ').filter_map(|word| word.split_once('=')).collect();
    let text = |name| fields.get(name).copied().with_context(|| format!("{name} is missing"));
    let number = |name| -> Result<usize> { Ok(text(name)?.parse()?) };
    match verdict {
        "whole" => {}
        "part" => return Ok(Reading::Part),
        "refused" => return Ok(Reading::Refused(text("error")?.parse()?)),
        other => bail!("there is no verdict {other}"),
    }
    let is_long = number("long")? != 0;
    let method = METHODS.get(number("method")?).context("an unknown method")?;
    Ok(Reading::Whole(Request {
        method: (*method).to_owned(),
        target: number("url")?,
        cookies: unhex(text("cookie")?)?,
        is_foreign: number("foreign")? != 0,
        is_elsewhere: Some(number("elsewhere")? != 0),
        expects_continue: number("continue")? != 0,
        body: if is_long { None } else { Some(unhex(text("body")?)?) },
        end: number("end")?,
    }))
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| Ok(u8::from_str_radix(&text[at..at + 2], 16)?)).collect()
}

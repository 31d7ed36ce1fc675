//! Sends a message to a custom endpoint.

use std::io::{self, IsTerminal as _, Write as _};

use netprov_client::DeviceError;
use netprov_client::operation::Custom;
use netprov_client::transport::TransportError;
use serde_json::json;

use crate::cli::Send;
use crate::exit::{Failure, FailureKind};
use crate::link;
use crate::report::Report;
use crate::secrets;
use crate::text::{hex, printable, unhex};

pub fn run(options: &Send, report: &mut Report) -> Result<(), Failure> {
    let message = if let Some(text) = &options.text {
        text.clone().into_bytes()
    } else if let Some(text) = &options.hex {
        unhex(text).ok_or_else(|| Failure::usage("--hex is not valid hexadecimal"))?
    } else if let Some(path) = &options.file {
        secrets::read_bytes(path)?.to_vec()
    } else {
        return Err(Failure::usage("no message given: use --text, --hex or --file"));
    };
    let (mut device, _) = link::connect(&options.reach, report)?;
    let response = device
        .run(&mut Custom::new(&*options.endpoint, message), |_| {})
        .map_err(|error| advice(error, &options.endpoint))?;
    if report.is_json() {
        report.step("response", "", json!({ "hex": hex(&response) }));
        return Ok(());
    }
    let mut output = io::stdout().lock();
    let shown = if output.is_terminal() {
        // It may contain anything, such as control characters.
        format!("{}\n", printable(&response)).into_bytes()
    } else {
        // Another program gets the bytes as they are.
        response
    };
    output.write_all(&shown).and_then(|()| output.flush()).map_err(|error| {
        Failure::new(FailureKind::Usage, format!("cannot write the response: {error}"))
    })
}

/// Adds the usual cause of a refusal.
fn advice(error: DeviceError, endpoint: &str) -> Failure {
    let is_refused = matches!(&error, DeviceError::Transport(TransportError::NoResponse(_)));
    let failure = Failure::from(error);
    if !is_refused {
        return failure;
    }
    let reason = format!(
        "{failure}: check that the device has an endpoint {} that accepts this message",
        printable(endpoint.as_bytes())
    );
    Failure { reason, ..failure }
}

// SPDX-License-Identifier: Apache-2.0
#![no_std]

use log::{error, info, warn};
use network_provisioning::{Event, Manager, Provisioner, Result, Scheme, Security};

const NAME: &core::ffi::CStr = c"PROV_ZEPHYR";
/// FOR DEVELOPMENT ONLY: it is published here. Use a different one for each product, or security 2.
const PROOF_OF_POSSESSION: &core::ffi::CStr = c"abcd1234";

fn on_event(manager: &Manager, event: Event) {
    match event {
        Event::Start => {
            info!("Waiting for credentials");
            // The console transport has no QR code, so ignore the error.
            let _ = manager.draw_qr(|line| zephyr::printkln!("{line}"));
        }
        Event::CredentialsReceived(network) => info!("Credentials received for {network}"),
        Event::CredentialsFailed(reason) => warn!("Credentials failed: {reason:?}"),
        Event::CredentialsWorked(network) => info!("Credentials for {network} worked and are stored"),
        _ => {}
    }
}

fn get_online() -> Result<()> {
    let provisioner =
        Provisioner::builder(Scheme::built_in()).attempts(3).on_event(on_event).init()?;
    // Use the stored credentials, or else wait for a client to send some.
    provisioner.connect_or_provision(Security::One(Some(PROOF_OF_POSSESSION)), NAME, None)
}

#[unsafe(no_mangle)]
extern "C" fn rust_main() {
    // SAFETY: nothing logs before this, and no other Rust thread runs.
    let _ = unsafe { zephyr::set_logger() };
    warn!("DEVELOPMENT CREDENTIAL: anyone nearby can provision this device");
    match get_online() {
        Ok(()) => info!("Online"),
        Err(error) => error!("Not online: {error}"),
    }
    // Application code goes here.
}

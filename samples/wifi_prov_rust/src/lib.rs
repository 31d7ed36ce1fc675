// SPDX-License-Identifier: Apache-2.0
#![no_std]

use log::{error, info, warn};
use network_provisioning::{Event, Manager, Provisioner, Result, Scheme, Security};

const NAME: &core::ffi::CStr = c"PROV_ZEPHYR";
/// FOR DEVELOPMENT ONLY: everybody knows it. A product has another one in each device, or security 2.
const PROOF_OF_POSSESSION: &core::ffi::CStr = c"abcd1234";

fn on_event(manager: &Manager, event: Event) {
    match event {
        Event::Start => {
            info!("Waiting for Wi-Fi credentials");
            // Over the console there is nothing to scan.
            let _ = manager.draw_qr(|line| zephyr::printkln!("{line}"));
        }
        Event::CredentialsReceived => info!("Credentials received"),
        Event::CredentialsFailed(reason) => warn!("They did not work: {reason:?}"),
        Event::CredentialsWorked => info!("They worked, and are stored"),
        _ => {}
    }
}

fn get_online() -> Result<()> {
    let provisioner =
        Provisioner::builder(Scheme::built_in()).attempts(3).on_event(on_event).init()?;
    // With what is stored, else with what a client brings.
    provisioner.connect_or_provision(Security::One(Some(PROOF_OF_POSSESSION)), NAME, None)
}

#[unsafe(no_mangle)]
extern "C" fn rust_main() {
    // SAFETY: nothing logs before this, and no other thread of Rust runs.
    let _ = unsafe { zephyr::set_logger() };
    warn!("DEVELOPMENT CREDENTIAL: anybody near can provision this device");
    match get_online() {
        Ok(()) => info!("Online"),
        Err(error) => error!("Not online: {error}"),
    }
    // The application goes on here.
}

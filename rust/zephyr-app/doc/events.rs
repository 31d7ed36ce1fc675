use network_provisioning::{Event, Provisioner, Result, Scheme, Security, WithEvents};

pub fn await_credentials() -> Result<()> {
    let (builder, events) = Provisioner::builder(Scheme::built_in()).events();
    let provisioner = builder.init()?;
    provisioner.start(Security::One(Some(c"abcd1234")), c"PROV_1234", None)?;
    loop {
        match events.recv() {
            Ok(Event::CredentialsWorked(_)) => return Ok(()),
            Ok(Event::CredentialsFailed(reason)) => log::warn!("credentials failed: {reason:?}"),
            _ => {}
        }
    }
}

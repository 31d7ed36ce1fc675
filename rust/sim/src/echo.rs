//! The smallest service, for tests of `protocomm` alone: its own endpoints, and one of an
//! application.

use protocomm::limiter::Policy;
use protocomm::security::Scheme;
use protocomm::{EndpointClass, Protocomm};

/// Creates a service with the endpoints `proto-ver`, `prov-session` and `echo`.
///
/// # Panics
///
/// If `protocomm` is built without room for an endpoint of an application.
pub fn service(policy: Policy, scheme: Scheme) -> Protocomm {
    let mut service = Protocomm::new(policy);
    for (name, class) in [
        ("proto-ver", EndpointClass::Version),
        ("prov-session", EndpointClass::Security),
        ("echo", EndpointClass::Request),
    ] {
        service.add_endpoint(name, class).expect("there is room for three endpoints");
    }
    service.set_security(Some(scheme));
    service
}

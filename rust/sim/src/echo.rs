//! The smallest service, for tests of `protocomm` alone: its own endpoints, and one of an
//! application.

use protocomm::endpoint::Builtin;
use protocomm::limiter::Policy;
use protocomm::security::Scheme;
use protocomm::{EndpointClass, Protocomm};

const ENDPOINTS: [Builtin; 2] =
    [("proto-ver", EndpointClass::Version), ("prov-session", EndpointClass::Security)];

/// Creates a service with the endpoints `proto-ver`, `prov-session` and `echo`.
///
/// # Panics
///
/// If `protocomm` is built without room for an endpoint of an application.
pub fn service(policy: Policy, scheme: Scheme) -> Protocomm {
    let mut service = Protocomm::new(policy, &ENDPOINTS);
    service.add_endpoint("echo").expect("there is room for an endpoint");
    service.set_security(Some(scheme));
    service
}

//! What only a build with the feature `connect` has.

/// A value that exists only in a build with the feature `connect`. The states of a device that
/// connects with its stored networks contain one: without the feature they cannot be made, and the
/// compiler drops their code.
#[cfg(feature = "connect")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connects;

/// As with the feature, but without a value.
#[cfg(not(feature = "connect"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connects {}

impl Connects {
    /// The value, if there is one.
    #[cfg(feature = "connect")]
    pub(crate) const BUILT_IN: Option<Self> = Some(Self);
    /// The value, if there is one.
    #[cfg(not(feature = "connect"))]
    pub(crate) const BUILT_IN: Option<Self> = None;
}

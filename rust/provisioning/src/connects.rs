//! What depends on the features `connect` and `retry-beside`.

/// A value that exists only in a build with the feature `connect`. The states of a device that
/// connects with its stored networks contain one. Without the feature, these states cannot be
/// created, and the compiler removes their code.
#[cfg(feature = "connect")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connects;

/// The same type without the feature: it has no value.
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

/// A value that exists only in a build with the feature `retry-beside`, as [`Connects`] does for
/// its feature. The states of a device that tries its stored networks while the service runs
/// contain one.
#[cfg(feature = "retry-beside")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beside;

/// The same type without the feature: it has no value.
#[cfg(not(feature = "retry-beside"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {}

impl Beside {
    /// The value, if there is one.
    #[cfg(feature = "retry-beside")]
    pub(crate) const BUILT_IN: Option<Self> = Some(Self);
    /// The value, if there is one.
    #[cfg(not(feature = "retry-beside"))]
    pub(crate) const BUILT_IN: Option<Self> = None;
}

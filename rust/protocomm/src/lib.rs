//! protocomm

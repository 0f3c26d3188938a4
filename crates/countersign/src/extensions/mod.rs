//! What a relying party makes of extensions ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)): what a
//! ceremony may ask for, and what its response may answer.

mod requested;

pub use requested::RequestedExtensions;

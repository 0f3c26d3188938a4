//! What can be said of a ceremony: its steps, the errors that end it, the deviations that do not, and the report of what
//! happened at each step.
//!
//! Nothing here uses relying parties or ceremonies; of records only the flag is used, which an error repeats.

pub(crate) mod ceremony_report;
pub(crate) mod deviation;
pub(crate) mod device_error;
pub(crate) mod encoding;
pub(crate) mod error;
pub(crate) mod evidence;
pub(crate) mod extension_rejected;
pub(crate) mod policy_error;
pub(crate) mod recorder;
pub(crate) mod shortened;
pub(crate) mod step;

pub use ceremony_report::{Failure, Outcome, Reason, Report, StepReport};
pub use deviation::Deviation;
pub use device_error::DeviceError;
pub use encoding::HandleEncoding;
pub use error::{Error, ErrorKind};
pub use evidence::{Evidence, Flags};
pub use extension_rejected::ExtensionRejectedError;
pub use policy_error::PolicyErrorKind;
pub use step::{AuthenticationStep, RegistrationStep, Step};

//! What SafetyNet reports.

/// Google's verdict on the device, and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SafetyNetDetails {
    /// `ver`: the version of Google Play services. It is not signed.
    pub version: String,
    /// `timestampMs`: when the response was made, in milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp_milliseconds: u64,
    /// `ctsProfileMatch`: whether the device's model passed Android's compatibility tests and the device is not tampered
    /// with.
    pub cts_profile_match: Option<bool>,
    /// `basicIntegrity`: whether the device is not tampered with in an obvious way.
    pub basic_integrity: Option<bool>,
    /// `apkPackageName`: the application that asked for the verdict.
    pub apk_package_name: Option<String>,
}

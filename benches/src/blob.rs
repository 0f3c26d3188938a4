//! A payload of the FIDO Metadata Service to measure.

use std::fmt::Write as _;

/// The payload of a BLOB of about this length, with entries like those of the service, and icons that bring it to the length.
pub fn payload(entries: usize, length: usize) -> Vec<u8> {
    // Base64 makes four bytes of three; the header takes some 3000.
    let length = (length - 3000) / 4 * 3;
    let certificate = "MIIB".repeat(220);
    let entry = |number: usize, icon: &str| {
        let aaguid =
            format!("{:08x}-0000-4000-8000-{:012x}", number.wrapping_mul(2_654_435_761) % (1 << 32), number);
        format!(
            r#"{{"aaguid":"{aaguid}","metadataStatement":{{"legalHeader":"Submission of this statement and retrieval and use of this statement indicates acceptance of the appropriate agreement.","aaguid":"{aaguid}","friendlyNames":{{"en-US":"Authenticator {number}"}},"description":"Authenticator {number}","authenticatorVersion":{number},"protocolFamily":"fido2","schema":3,"upv":[{{"major":1,"minor":1}},{{"major":1,"minor":0}}],"authenticationAlgorithms":["secp256r1_ecdsa_sha256_raw","ed25519_eddsa_sha512_raw"],"publicKeyAlgAndEncodings":["cose"],"attestationTypes":["basic_full"],"userVerificationDetails":[[{{"userVerificationMethod":"presence_internal"}}],[{{"userVerificationMethod":"passcode_external","caDesc":{{"base":64,"minLength":4,"maxRetries":8,"blockSlowdown":0}}}},{{"userVerificationMethod":"presence_internal"}}]],"keyProtection":["hardware","secure_element"],"matcherProtection":["on_chip"],"cryptoStrength":128,"attachmentHint":["external","wired","wireless","nfc"],"tcDisplay":[],"attestationRootCertificates":["{certificate}","{certificate}"],"icon":"data:image/png;base64,{icon}","authenticatorGetInfo":{{"versions":["U2F_V2","FIDO_2_0","FIDO_2_1"],"extensions":["credProtect","hmac-secret"],"aaguid":"00000000000040008000000000000000","options":{{"plat":false,"rk":true,"clientPin":true,"up":true}},"maxMsgSize":1200,"pinUvAuthProtocols":[2,1],"maxCredentialCountInList":8,"maxCredentialIdLength":128,"transports":["nfc","usb"],"algorithms":[{{"alg":-7,"type":"public-key"}},{{"alg":-8,"type":"public-key"}}]}}}},"statusReports":[{{"status":"FIDO_CERTIFIED_L1","effectiveDate":"2024-05-12","certificationDescriptor":"Authenticator {number}","certificateNumber":"FIDO20020240512001","certificationPolicyVersion":"1.4.0","certificationRequirementsVersion":"1.5.0"}},{{"status":"FIDO_CERTIFIED","effectiveDate":"2024-05-12"}}],"timeOfLastStatusChange":"2024-05-12"}}"#
        )
    };
    let bare: usize = (0..entries).map(|number| entry(number, "").len() + 1).sum();
    let icon = "A".repeat((length - bare) / entries);
    let mut payload =
        String::from(r#"{"legalHeader":"terms","no":291,"nextUpdate":"2026-11-01","entries":["#);
    for number in 0..entries {
        let comma = if number == 0 { "" } else { "," };
        write!(payload, "{comma}{}", entry(number, &icon)).expect("memory");
    }
    payload.push_str("]}");
    payload.into_bytes()
}

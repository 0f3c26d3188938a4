//! The roots, one certificate a file in `pem/`.

use countersign_types::Timestamp;

use super::vendor_root::{Purpose, Standing, VendorRoot};

const APPLE: &[Purpose] = &[Purpose::Format("apple")];
const APPATTEST: &[Purpose] = &[Purpose::Format("apple-appattest")];
const ANDROID: &[Purpose] = &[Purpose::Format("android-key")];
const SAFETYNET: &[Purpose] = &[Purpose::Format("android-safetynet")];
const TPM: &[Purpose] = &[Purpose::Format("tpm")];
const YUBICO: &[Purpose] = &[Purpose::Format("fido-u2f"), Purpose::Format("packed")];
const METADATA: &[Purpose] = &[Purpose::Metadata];

const fn at(unix_seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(unix_seconds)
}

/// A root in three lines: vendor, name, purposes and validity period; SHA-256 and file; standing and source.
macro_rules! roots {
    ($($vendor:literal $name:literal for $purposes:ident, from $not_before:literal to $not_after:literal,
        sha256 $sha256:literal, $file:literal, $standing:expr, $source:expr;)*) => {
        &[$(VendorRoot {
            vendor: $vendor,
            name: $name,
            purposes: $purposes,
            sha256: $sha256,
            not_before: at($not_before),
            not_after: at($not_after),
            source: $source,
            standing: $standing,
            pem: include_str!(concat!("pem/", $file)),
        },)*]
    };
}

/// The vendors' roots, sorted by purpose.
pub const VENDOR_ROOTS: &[VendorRoot] = roots! {
    "Apple" "Apple WebAuthn Root CA" for APPLE, from 1_584_555_692 to 2_373_148_800,
        sha256 "0915dd5c07a28db549d1f677bb5a75d4bfbe9561a773424327762e9e02f9bb29", "apple-webauthn.pem",
        Standing::Current, Some("https://www.apple.com/certificateauthority/Apple_WebAuthn_Root_CA.pem");
    "Apple" "Apple App Attestation Root CA" for APPATTEST, from 1_584_556_373 to 2_373_148_800,
        sha256 "1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932", "apple-app-attestation.pem",
        Standing::Current, Some("https://www.apple.com/certificateauthority/Apple_App_Attestation_Root_CA.pem");
    "Google" "hardware attestation root of 2016" for ANDROID, from 1_464_280_132 to 1_779_640_132,
        sha256 "c1984a3ef45c1e2a918551de10603c86f7051b2249c4891cae3230eabd0c97d5", "google-hardware-2016.pem",
        Standing::SupersededBy("1ef1a04b8ba58ab94589ac498c8982a783f24ea7307e0159a0c3a73b377d87cc"), None;
    "Google" "hardware attestation root of 2019" for ANDROID, from 1_574_455_078 to 2_047_495_078,
        sha256 "1ef1a04b8ba58ab94589ac498c8982a783f24ea7307e0159a0c3a73b377d87cc", "google-hardware-2019.pem",
        Standing::Current, None;
    "Google" "hardware attestation root of 2021" for ANDROID, from 1_637_190_642 to 2_110_230_642,
        sha256 "ab6641178a36e179aa0c1cdddf9a16eb45fa20943e2b8cd7c7c05c26cf8b487a", "google-hardware-2021.pem",
        Standing::Current, None;
    "Google" "hardware attestation root of 2022" for ANDROID, from 1_647_799_668 to 2_278_519_668,
        sha256 "cedb1cb6dc896ae5ec797348bce9286753c2b38ee71ce0fbe34a9a1248800dfc", "google-hardware-2022.pem",
        Standing::Current, Some("https://android.googleapis.com/attestation/root");
    "Google" "Key Attestation CA1" for ANDROID, from 1_752_791_538 to 2_068_151_538,
        sha256 "6d9db4ce6c5c0b293166d08986e05774a8776ceb525d9e4329520de12ba4bcc0", "google-key-attestation-ca1.pem",
        Standing::Current, Some("https://android.googleapis.com/attestation/root");
    "GlobalSign" "Root CA" for SAFETYNET, from 904_651_200 to 1_832_673_600,
        sha256 "ebd41040e4bb3ec742c9e381d31ef2a41a48b6685c96e7cef3c1df6cd4331c99", "globalsign-root-r1.pem",
        Standing::Retired, None;
    "GlobalSign" "Root CA - R2" for SAFETYNET, from 1_166_169_600 to 1_639_555_200,
        sha256 "ca42dd41745fd0b81eb902362cf9d8bf719da1bd1b1efc946f5b4c99f42c1b9e", "globalsign-root-r2.pem",
        Standing::Retired, None;
    "Google" "GTS Root R1" for SAFETYNET, from 1_466_553_600 to 2_097_705_600,
        sha256 "2a575471e31340bc21581cbd2cf13e158463203ece94bcf9d3cc196bf09a5472", "gts-root-r1.pem",
        Standing::Retired, None;
    "GlobalSign" "Root CA - R3" for METADATA, from 1_237_370_400 to 1_868_522_400,
        sha256 "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b", "globalsign-root-r3.pem",
        Standing::SupersededBy("4fa3126d8d3a11d1c4855a4f807cbad6cf919d3a5a88b03bea2c6372d93c40c9"), None;
    "GlobalSign" "Root R46" for METADATA, from 1_553_040_000 to 2_405_116_800,
        sha256 "4fa3126d8d3a11d1c4855a4f807cbad6cf919d3a5a88b03bea2c6372d93c40c9", "globalsign-root-r46.pem",
        Standing::Current, None;
    "Yubico" "U2F Root CA Serial 457200631" for YUBICO, from 1_406_851_200 to 2_545_862_400,
        sha256 "0fa1386f80eb8713263ae5c1d84deb455bdf08aea50ab05503cefee82b092d42", "yubico-u2f.pem",
        Standing::Current, Some("https://developers.yubico.com/U2F/yubico-u2f-ca-certs.txt");
    "Microsoft" "TPM Root Certificate Authority 2014" for TPM, from 1_418_247_079 to 2_207_165_968,
        sha256 "870c7a35ceab3d59979f2c6a524042d404cb71518004350925fb2ced79a999da", "microsoft-tpm-2014.pem",
        Standing::Current, Some("https://www.microsoft.com/pkiops/certs/Microsoft%20TPM%20Root%20Certificate%20Authority%202014.crt");
    "Microsoft" "Pluton Root CA 2021" for TPM, from 1_634_239_250 to 2_423_158_188,
        sha256 "32ab5fe7cb4396659fcb621ca14c6fb8fc2420f64050637d77e45a86c5d3916e", "microsoft-pluton-2021.pem",
        Standing::Current, Some("https://www.microsoft.com/pkiops/certs/Microsoft%20Pluton%20Root%20CA%202021.crt");
    "AMD" "Root CA R4" for TPM, from 1_638_393_243 to 1_953_926_043,
        sha256 "853d5c5abe1fe97bddb62db0aecb4888a52c83353645cf70b12289d62257e78d", "amd-r4.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Atmel" "TPM Root Signing Module" for TPM, from 1_293_753_600 to 2_240_524_800,
        sha256 "3784884ec83a8d7edbfb928ac878dc75c11451381c6a0cb27aaffb3171e0d33f", "atmel.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "GlobalSign" "Trusted Platform Module ECC Root CA" for TPM, from 1_416_960_000 to 2_147_483_647,
        sha256 "5a8c7b5eb888cfce9322068e80e82b28b554ffeb7fdc9638dcb3763077401d26", "globalsign-tpm-ecc.pem",
        Standing::Current, Some("https://secure.globalsign.com/cacert/tpmeccroot.crt");
    "GlobalSign" "Trusted Platform Module Root CA" for TPM, from 1_237_370_400 to 2_499_674_400,
        sha256 "f27bf02c6e00c73d915eeb6a6a2f5fbf0c31ae0393149e6b5c31e41b113841c3", "globalsign-tpm-rsa.pem",
        Standing::Current, Some("https://secure.globalsign.com/cacert/gstpmroot.crt");
    "Infineon" "OPTIGA ECC Root CA" for TPM, from 1_374_796_800 to 2_321_481_599,
        sha256 "cfeb02fecd55ad7a73c6e1d11985d4c47dee248ab63dcb66091a2489660443c3", "infineon-optiga-ecc.pem",
        Standing::Current, Some("https://pki.infineon.com/OptigaEccRootCA/OptigaEccRootCA.crt");
    "Infineon" "OPTIGA ECC Root CA 2" for TPM, from 1_574_380_800 to 2_679_004_799,
        sha256 "ee0c827555c4e9012037df4257bb8aaa26084a17b13ede41cd7895c8d6c11190", "infineon-optiga-ecc-2.pem",
        Standing::Current, Some("https://pki.infineon.com/OptigaEccRootCA2/OptigaEccRootCA2.crt");
    "Infineon" "OPTIGA ECC Root CA 3" for TPM, from 1_616_025_600 to 4_102_444_799,
        sha256 "5a84cc3476221cce5be81af8d755d175fea03d208b3412a231710c56774542fd", "infineon-optiga-ecc-3.pem",
        Standing::Current, Some("https://pki.infineon.com/OptigaEccRootCA3/OptigaEccRootCA3.crt");
    "Infineon" "OPTIGA RSA Root CA" for TPM, from 1_374_796_800 to 2_321_481_599,
        sha256 "899e35474c9807eb4c7f2f7a12da0028fb250cd02154d0009fca7d9c66574f3b", "infineon-optiga-rsa.pem",
        Standing::Current, Some("https://pki.infineon.com/OptigaRsaRootCA/OptigaRsaRootCA.crt");
    "Infineon" "OPTIGA RSA Root CA 2" for TPM, from 1_574_380_800 to 2_679_004_799,
        sha256 "b413c71580af3ec5efe83fad31db2d4af4612355e3b01e50903b10763d738894", "infineon-optiga-rsa-2.pem",
        Standing::Current, Some("https://pki.infineon.com/OptigaRsaRootCA2/OptigaRsaRootCA2.crt");
    "Infineon" "OPTIGA RSA Root CA 3" for TPM, from 1_616_025_600 to 4_102_444_799,
        sha256 "976b0579c016741b0003bf8055e920ab08f72abc819547b3480b0c141e956b70", "infineon-optiga-rsa-3.pem",
        Standing::Current, Some("https://pki.infineon.com/OptigaRsaRootCA3/OptigaRsaRootCA3.crt");
    "VeriSign" "Trusted Platform Module Root CA" for TPM, from 1_130_198_400 to 2_392_502_399,
        sha256 "967bb3d4544ea2740fce338077e1f5a9ea3085667246e6b968294aa045a57549", "verisign-tpm.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Intel" "OnDie CA Root" for TPM, from 1_554_249_600 to 2_524_607_999,
        sha256 "beb40bb7507b33967226aa80e084749fbb6593893c642e818d682e9a8d07fc24", "intel-ondie.pem",
        Standing::Current, Some("https://tsci.intel.com/content/OnDieCA/certs/OnDie_CA_RootCA_Certificate.cer");
    "Intel" "TPM EK root" for TPM, from 1_389_744_000 to 2_524_607_999,
        sha256 "2e1b3ba79af56d758be51697621bc4b9e8cee0983db3e749c55eb9b37c6d2ae0", "intel-tpm-ek.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Nationz" "TPM Root CA" for TPM, from 1_494_547_200 to 2_441_318_400,
        sha256 "1293d71d6f61c86b98102fd3d4085ff12538f108e925489c0d545059e5f89c36", "nationz.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Nations" "TPM ECC Root CA 001" for TPM, from 1_711_584_000 to 2_816_035_200,
        sha256 "31e7a6de95991cfcca3e7c1680be3ba96de8b2c4bca72da1072ee699da23b2d2", "nations-ecc.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Nations" "TPM RSA Root CA 001" for TPM, from 1_711_584_000 to 2_816_035_200,
        sha256 "00608b414f9c522c5d30366c4b751681c3fd10b7ea0027e0f3877742c477c5a7", "nations-rsa.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "NSING" "TPM ECC Root CA 001" for TPM, from 1_711_497_600 to 2_815_948_800,
        sha256 "6ccf8a8a803d07a002a15d4889ffa0b125e4a82a1fe4211db3c6e8592919f9dc", "nsing-ecc.pem",
        Standing::Current, Some("https://pki.nsing.com.sg/NSEccRootCA001/NSEccRootCA001.crt");
    "NSING" "TPM RSA Root CA 001" for TPM, from 1_711_497_600 to 2_815_948_800,
        sha256 "72ca00612395af027cd84c5514219f110e964dfa0bfc1efbb3ac147e3b173971", "nsing-rsa.pem",
        Standing::Current, Some("https://pki.nsing.com.sg/NSRsaRootCA001/NSRsaRootCA001.crt");
    "Nuvoton" "NPCTxxx ECC521 RootCA" for TPM, from 1_682_613_418 to 2_629_384_618,
        sha256 "083e7bd13e8fe0bb9b0c64db9e0c8356681df65714d2d5c4925eb98ae1369d40", "nuvoton-npctxxx-ecc521.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Nuvoton" "TPM Root CA 1210" for TPM, from 1_627_872_735 to 2_574_039_135,
        sha256 "ba70a6ea7b77c7fee8947a07b1e70e0b26d39ce5e6307f63d5e4b9507f19a157", "nuvoton-1210.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Nuvoton" "TPM Root CA 2210" for TPM, from 1_647_237_033 to 2_593_403_433,
        sha256 "fc61abbc18100f460205ebe09d8c3e6995ac2be2234344a7facb62e15f9a7584", "nuvoton-2210.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Nuvoton" "TPM Root CA 2211" for TPM, from 1_647_241_585 to 2_593_407_985,
        sha256 "2bbc5db224b8f28a6d2cf336d4da7ab21c8c490e3d60ef497801dc0b6ac00227", "nuvoton-2211.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "Qualcomm" "WES Secure Provisioning Root v2" for TPM, from 1_676_413_069 to 2_623_184_269,
        sha256 "87c849b6ca87a58a0af4031531e49216d149e62a52ebea5df1805819cf44250e", "qualcomm-wes-v2.pem",
        Standing::Current, Some("https://go.microsoft.com/fwlink/?linkid=2097925");
    "STMicroelectronics" "STSAFE ECC Root CA 02" for TPM, from 1_642_636_800 to 253_402_214_400,
        sha256 "fd1e7b68accd825636b27b3177c67402d463a7f04c97b6c47ab705fcdc1a04f6", "stsafe-ecc-02.pem",
        Standing::Current, Some("https://sw-center.st.com/STSAFE/STSAFEEccRootCA02.crt");
    "STMicroelectronics" "STSAFE RSA Root CA 02" for TPM, from 1_642_636_800 to 253_402_214_400,
        sha256 "c8f179943356e13d9d84b100201cefabbf408880241e5329e60d950ce1dea623", "stsafe-rsa-02.pem",
        Standing::Current, Some("https://sw-center.st.com/STSAFE/STSAFERsaRootCA02.crt");
};

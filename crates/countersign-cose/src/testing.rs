//! Keys and signatures that the tests share, and functions that change them.

#[cfg(feature = "rust-crypto")]
use alloc::boxed::Box;
use alloc::{vec, vec::Vec};

use ciborium::Value;

use crate::algorithm::{Curve, Hash, ParameterSet, Scheme};
use crate::key::public_key::PublicKey;
#[cfg(feature = "rust-crypto")]
use crate::{
    key::error::KeyError,
    verifier::{PreparedKey, SignatureError},
    verifiers::Verifiers,
};

/// A key, a message, and a signature that verifies.
pub(crate) struct Vector {
    pub(crate) scheme: Scheme,
    pub(crate) key: PublicKey,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

#[cfg(feature = "rust-crypto")]
impl Vector {
    pub(crate) fn prepared(&self) -> Box<dyn PreparedKey> {
        prepare(&self.key, self.scheme).unwrap()
    }
}

/// Every backend that is compiled in, the reference first.
#[cfg(feature = "rust-crypto")]
pub(crate) fn backends() -> Vec<Verifiers> {
    vec![
        Verifiers::rust_crypto(),
        #[cfg(feature = "aws-lc")]
        Verifiers::aws_lc(),
        #[cfg(feature = "graviola")]
        Verifiers::graviola()
            .expect("the tests of the feature graviola need a processor that graviola supports"),
    ]
}

/// Prepares the key with every backend. They must agree about it, and then about every signature.
#[cfg(feature = "rust-crypto")]
#[track_caller]
pub(crate) fn prepare(key: &PublicKey, scheme: Scheme) -> Result<Box<dyn PreparedKey>, KeyError> {
    let (mut keys, mut errors) = (Vec::new(), Vec::new());
    for verifiers in backends() {
        match verifiers.prepare(key, scheme) {
            Ok(key) => keys.push(key),
            Err(error) => errors.push(error),
        }
    }
    match errors.first() {
        None => Ok(Box::new(Agreed(keys))),
        Some(&error) => {
            assert_eq!(errors, vec![error; backends().len()], "{scheme}");
            Err(error)
        }
    }
}

/// One key of each backend.
#[cfg(feature = "rust-crypto")]
#[derive(Debug)]
struct Agreed(Vec<Box<dyn PreparedKey>>);

#[cfg(feature = "rust-crypto")]
impl PreparedKey for Agreed {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let verdicts: Vec<_> = self.0.iter().map(|key| key.verify(message, signature)).collect();
        assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "{verdicts:?} on {signature:02x?}");
        verdicts[0]
    }
}

/// One vector for each scheme.
pub(crate) fn vectors() -> Vec<Vector> {
    let mut vectors = vec![ed25519_vector(), rsa_vector(PKCS1_SHA1, RSA_N_SHA1, RSA_PKCS1_SHA1)];
    #[cfg(feature = "ed448")]
    vectors.push(ed448_vector());
    #[cfg(feature = "rust-crypto")]
    vectors.extend(ParameterSet::ALL.iter().map(|&parameter_set| ml_dsa_vector(parameter_set)));
    vectors.extend(ECDSA.iter().map(ecdsa_vector));
    for (hash, pkcs1, pss) in [
        (Hash::Sha256, RSA_PKCS1_SHA256, RSA_PSS_SHA256),
        (Hash::Sha384, RSA_PKCS1_SHA384, RSA_PSS_SHA384),
        (Hash::Sha512, RSA_PKCS1_SHA512, RSA_PSS_SHA512),
    ] {
        vectors.push(rsa_vector(Scheme::RsaPkcs1 { hash }, RSA_N, pkcs1));
        vectors.push(rsa_vector(Scheme::RsaPss { hash }, RSA_N, pss));
    }
    vectors
}

pub(crate) fn ed25519_vector() -> Vector {
    Vector {
        scheme: Scheme::Ed25519,
        key: PublicKey::from_cose(&encode(&eddsa_key())).unwrap(),
        message: vec![0xaf, 0x82],
        signature: hex(ED25519_SIGNATURE),
    }
}

#[cfg(feature = "ed448")]
pub(crate) fn ed448_vector() -> Vector {
    Vector {
        scheme: Scheme::Ed448,
        key: PublicKey::from_cose(&encode(&ed448_key())).unwrap(),
        message: b"sample".to_vec(),
        signature: hex(ED448_SIGNATURE),
    }
}

/// The key of a fixed seed, and its deterministic signature.
#[cfg(feature = "rust-crypto")]
pub(crate) fn ml_dsa_vector(parameter_set: ParameterSet) -> Vector {
    Vector {
        scheme: Scheme::MlDsa { parameter_set },
        key: PublicKey::from_cose(&encode(&ml_dsa_key(parameter_set))).unwrap(),
        message: b"sample".to_vec(),
        signature: ml_dsa_signature(parameter_set, b"sample", &[]),
    }
}

/// The encoded public key of a fixed seed.
#[cfg(feature = "rust-crypto")]
fn ml_dsa_public(parameter_set: ParameterSet) -> Vec<u8> {
    fn public<P: ml_dsa::MlDsaParams>() -> Vec<u8> {
        use ml_dsa::Keypair as _;
        ml_dsa::SigningKey::<P>::from_seed(&ML_DSA_SEED.into()).verifying_key().encode().to_vec()
    }
    match parameter_set {
        ParameterSet::MlDsa44 => public::<ml_dsa::MlDsa44>(),
        ParameterSet::MlDsa65 => public::<ml_dsa::MlDsa65>(),
        ParameterSet::MlDsa87 => public::<ml_dsa::MlDsa87>(),
    }
}

/// The deterministic signature by the key of a fixed seed.
#[cfg(feature = "rust-crypto")]
pub(crate) fn ml_dsa_signature(parameter_set: ParameterSet, message: &[u8], context: &[u8]) -> Vec<u8> {
    fn sign<P: ml_dsa::MlDsaParams>(message: &[u8], context: &[u8]) -> Vec<u8> {
        let key = ml_dsa::SigningKey::<P>::from_seed(&ML_DSA_SEED.into());
        key.expanded_key().sign_deterministic(message, context).unwrap().encode().to_vec()
    }
    match parameter_set {
        ParameterSet::MlDsa44 => sign::<ml_dsa::MlDsa44>(message, context),
        ParameterSet::MlDsa65 => sign::<ml_dsa::MlDsa65>(message, context),
        ParameterSet::MlDsa87 => sign::<ml_dsa::MlDsa87>(message, context),
    }
}

#[cfg(feature = "rust-crypto")]
const ML_DSA_SEED: [u8; 32] = [7; 32];

pub(crate) fn ecdsa_vector(row: &(Curve, Hash, &str, &str)) -> Vector {
    let &(curve, hash, r, s) = row;
    Vector {
        scheme: Scheme::Ecdsa { curve, hash },
        key: PublicKey::from_cose(&encode(&ec_key(curve))).unwrap(),
        message: b"sample".to_vec(),
        signature: sequence(&[integer(&hex(r)), integer(&hex(s))].concat()),
    }
}

pub(crate) fn rsa_vector(scheme: Scheme, modulus: &str, signature: &str) -> Vector {
    Vector {
        scheme,
        key: PublicKey::from_cose(&encode(&with(&rsa_key(), -1, hex(modulus)))).unwrap(),
        message: b"sample".to_vec(),
        signature: hex(signature),
    }
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    countersign_types::hex::decode(text).unwrap()
}

/// A DER `INTEGER` for a number that is not negative, in the fewest bytes.
pub(crate) fn integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
    let sign = if number[start] >= 0x80 { &[0][..] } else { &[] };
    element(0x02, &[sign, &number[start..]].concat())
}

/// A DER `SEQUENCE` around `content`.
pub(crate) fn sequence(content: &[u8]) -> Vec<u8> {
    element(0x30, content)
}

/// A DER element of less than 64 KiB.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match (high, low) {
        (0, 0..0x80) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}

/// The parameters of a `COSE_Key`.
pub(crate) type Members = Vec<(Value, Value)>;

/// Encodes the members in CBOR.
pub(crate) fn encode(members: &Members) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(members.clone()), &mut bytes).unwrap();
    bytes
}

/// `members`, with this parameter instead of the one that has its label, if any.
pub(crate) fn with(members: &Members, label: i64, value: impl Into<Value>) -> Members {
    let mut members = without(members, label);
    members.push((label.into(), value.into()));
    members
}

/// `members`, without the parameter that has this label.
pub(crate) fn without(members: &Members, label: i64) -> Members {
    members.iter().filter(|(found, _)| *found != Value::from(label)).cloned().collect()
}

fn members<const N: usize>(members: [(i64, Value); N]) -> Members {
    members.into_iter().map(|(label, value)| (label.into(), value)).collect()
}

/// The key of RFC 6979 appendix A.2 on `curve`, for ES256, ES384 or ES512; one of OpenSSL for ES256K.
pub(crate) fn ec_key(curve: Curve) -> Members {
    let (algorithm, x, y) = match curve {
        Curve::P256 => (-7, P256_X, P256_Y),
        Curve::P384 => (-35, P384_X, P384_Y),
        Curve::P521 => (-36, P521_X, P521_Y),
        Curve::Secp256k1 => (-47, SECP256K1_X, SECP256K1_Y),
    };
    members([
        (1, 2.into()),
        (3, algorithm.into()),
        (-1, curve.identifier().into()),
        (-2, hex(x).into()),
        (-3, hex(y).into()),
    ])
}

/// The key of RFC 8032 section 7.1, test 3, for EdDSA.
pub(crate) fn eddsa_key() -> Members {
    members([(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, hex(ED25519_X).into())])
}

/// The key of OpenSSL below, for Ed448.
pub(crate) fn ed448_key() -> Members {
    members([(1, 1.into()), (3, (-53).into()), (-1, 7.into()), (-2, hex(ED448_X).into())])
}

/// The key of a fixed seed. Without the library a key of zeros, which is also valid.
pub(crate) fn ml_dsa_key(parameter_set: ParameterSet) -> Members {
    let algorithm = match parameter_set {
        ParameterSet::MlDsa44 => -48,
        ParameterSet::MlDsa65 => -49,
        ParameterSet::MlDsa87 => -50,
    };
    #[cfg(feature = "rust-crypto")]
    let public = ml_dsa_public(parameter_set);
    #[cfg(not(feature = "rust-crypto"))]
    let public = vec![0; parameter_set.key_size()];
    members([(1, 7.into()), (3, algorithm.into()), (-1, public.into())])
}

/// The RSA key below, for RS256.
pub(crate) fn rsa_key() -> Members {
    members([(1, 3.into()), (3, (-257).into()), (-1, hex(RSA_N).into()), (-2, vec![1, 0, 1].into())])
}

// RFC 8032 section 7.1, test 3: the public key and the signature of the bytes af 82.
pub(crate) const ED25519_X: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
pub(crate) const ED25519_SIGNATURE: &str = "\
    6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c\
    15e9716ed28dc027beceea1ec40a";

// Made with OpenSSL 3.0: genpkey -algorithm ed448, and pkeyutl -sign -rawin over "sample".
const ED448_X: &str = "\
    9737017a3d3c6045162357a6afe1f4d4a44de9fef837e60b80381ac81935deb7a52d0589cc30addca3c4604b6c0b814e345c647ae5bd\
    229580";
#[cfg(feature = "ed448")]
pub(crate) const ED448_SIGNATURE: &str = "\
    28d75b2e92aca54975004ea1c618c93644ec081a93a2b8d79e7e3d9439a081a154506cd16e98ae75072acc281f741541a519b462ac950e69\
    80c6aad0fcff04320bee49fff4b82abf9bd463a3bdc9b498107dd3b264d6bb298a59cfedb01de83b9775b012ab1c3046ce8a1c84839ade57\
    3600";

// RFC 6979 appendix A.2; for secp256k1 made with OpenSSL 3.0: ecparam -genkey, and dgst -sign over "sample".
const SECP256K1_X: &str = "c339da6d27a634f7a369cac9b6365633bdc6d3d97bd420d544a2c8a4a125d431";
const SECP256K1_Y: &str = "a0ffc01bf2d2112dbee214aebd5d61e2a253cdf8e8429b3d35c3ddac84301359";
const P256_X: &str = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
const P256_Y: &str = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const P384_X: &str =
    "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13";
const P384_Y: &str =
    "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720";
const P521_X: &str = "\
    01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d\
    38ffa16d2bd761dcac474b9a2f5023a4";
const P521_Y: &str = "\
    00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924f\
    aafbd4d33f81ea66956dfeaa2bfdfcf5";
#[rustfmt::skip]
pub(crate) static ECDSA: [(Curve, Hash, &str, &str); 12] = [
    (
        Curve::P256, Hash::Sha256,
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    (
        Curve::P256, Hash::Sha384,
        "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
        "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954",
    ),
    (
        Curve::P256, Hash::Sha512,
        "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
        "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe",
    ),
    (
        Curve::P384, Hash::Sha256,
        "\
            21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd",
        "\
            f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0",
    ),
    (
        Curve::P384, Hash::Sha384,
        "\
            94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
        "\
            99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    ),
    (
        Curve::P384, Hash::Sha512,
        "\
            ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709",
        "\
            512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5",
    ),
    (
        Curve::P521, Hash::Sha256,
        "\
            01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1e57648f23b73564d67f61c\
            6f14d527d54972810421e7d87589e1a7",
        "\
            004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a72930b1bc06dbe22ce3f58264afd23\
            704cbb63b29b931f7de6c9d949a7ecfc",
    ),
    (
        Curve::P521, Hash::Sha384,
        "\
            01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b4b576ad712a52be9730627d16054ba40cc0b\
            8d3ff035b12ae75168397f5d50c67451",
        "\
            01f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf5fde143fa85dc394a7dee766523393784484\
            bdf3e00114a1c857cde1aa203db65d61",
    ),
    (
        Curve::P521, Hash::Sha512,
        "\
            00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931\
            d7d4e8455cc91f9b15bf05ec36e377fa",
        "\
            00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a\
            20f8ccb1dccc43997f1ee0e44da4a67a",
    ),
    (
        Curve::Secp256k1, Hash::Sha256,
        "b45f3d2253ca4b6c281f1183e19a5078611ced4dd1aab1d46c2f9229ac39ebeb",
        "2eb8464f98f188caef0dff8216caba5511313750924338e3d4385c024ad4752b",
    ),
    (
        Curve::Secp256k1, Hash::Sha384,
        "d5784c2859df4c357529b045907b5d80def0f84879453560e2e480ff0e63ce3a",
        "fbc5a132ea7c52a3c15c8a915a429e0d36e2f05fd93a35e0bc9d34827bc4cd19",
    ),
    (
        Curve::Secp256k1, Hash::Sha512,
        "3cbb9b720ed699d1959a6783029af9dc708e456df3dd0ccc9b153a9fe84fe9e3",
        "8107eb54574cdc843ccd08c0a8503ef0c37f70f8e6497a57d3152cbac0dd5233",
    ),
];

// Made with OpenSSL 3.0: genrsa 2048, and pkeyutl -sign over the hash of "sample"; PSS with rsa_pss_saltlen as long as
// the hash. The exponent is 65537.
pub(crate) const RSA_N: &str = "\
    b960e656c21eadd122a78a003e76a8e21c3ac267491f1468ce1cff922afa38575676cd7a277c1f7c6a5a3f72f54ca5eb5d3b\
    955838ea7fb272e0aab0782f56c037f85ee5e204e7d469dcb4d742bf3e2ab59dfd515ff9d6f4bc1d83d8c572f349e6e8e124\
    302db0b99c9b0a2c5210e8e6a39c8d80ac535278734ecf01d0055f45f94e66eb391f359e3dfa56deae699c9b50e5858cd987\
    b239178ec18bf3a527ed71a52a04929b1a3eb27d61623dd217a3eb152c4ddf0b309de568306cf8148aecba03445de64020c1\
    47ee867d5d8735f21a946c3e90adb8221e1e852251475f3d0bf758a16efd1a9484ac695c7a05d6e7b8937a6d5c090d2c0f35\
    14148d09cb25";
pub(crate) const RSA_PKCS1_SHA256: &str = "\
    4f93e232cbc56b4a3a45dd9280349201f68e0625e4793d9746db9a94f8161baeee69e8f37e13dc2b2be5d9f3a1ae63a713e9\
    aad8eb964ffe21fbbc5292e891a993ebf32af88089f0a8cd812036a72e4d65d3c789485faf53101a731ac72671d7250bba45\
    5eddbd9c6e2b5a27bb2c23ed1d9a19afbc88ede2b5e26f1295c5baf36eb8704994019be47ea2b59702d253bc36fbc296dd46\
    abcd3d1c0d004a669da68673f048bc3dbe7869248213b4e90855d7ab1c0677169ff7209bcc14305d9ddf58153e14dbd58414\
    cb5f9e0a4c472d8c51d452b8e6c72662c2ce206dfbe1fc28de090d0802e93c1152ab9d0afad55e45722446e653cb9929cff5\
    125dba5540f5";
pub(crate) const RSA_PSS_SHA256: &str = "\
    58d8ec214bd81382574a27f5df27a7d33331f55eea0c17ed6ef035e8f9d979089c53f12e0c1edc1fcad2d1a086842d1bf483\
    3a8da12a126f1da62e70f3a329ced97bcd4502c88f49e48c1626e8108ab339a9cc3944721669fb18555a262a2fd15dda6a3f\
    05e9fa76ee0a30193ad44044f254781a9153b6721dcb9f9f6e790876678249ee4ea2fc57d8de363a55088cb13b831c9868b3\
    23d5a21dbd48cc35b17ac54f8bfbb5cb0171490b177caf3c2cad719d772f41f033ea66645f7d31f791794290c6205cee4831\
    4e78dc160b45d6fc873cde4167f765ea3cebd9a0387c64fc9da38997979898abe67341288b9baa065bf08b2c83fc8c72f3e2\
    face8eb7c318";
pub(crate) const RSA_PKCS1_SHA384: &str = "\
    157995b6b707622376a66af54f4f6432591893c1e9f11ae48dca52565e49eeb0a73732ed997806f3a8d33706b8b7bf0c9d83\
    3d8b3d1a90f679f9dff687e769db8c9934a2b46a91665435f0843173af6bdc1610c26d516b9f32881ff423742873fb38bddd\
    7c54b24130009928a77bd61f452891c67a293650323ac59d56a2499ca8b7356b2fb385ba145b8bd0a83c9c728e6a22a5b4d5\
    93e54edcfb32a0bed84d01e00f12db06c70390e01dbb0657036c674feb0e7503b6bc6e8e3631eba0a0b92f3d2006f2b1b7da\
    4d5935f49ba837fa63ce49b9782a5b0bcc4e59ed3b8e9eb778a40ae9c3aa0fdc9457e56f9756e3533653e1c5dd7d7eda0bf3\
    b95307be4b81";
pub(crate) const RSA_PSS_SHA384: &str = "\
    05f524b3fea4e545e1915f3334e24573d7f04ef4ccf88ca729cd49663c0ecf4adc4e3b4c7403572736cf5b7093e8566bcf7e\
    c353cf1b14563c1ca3a740ed85cb6137fab78841473fb17719684b009961fec0a9b8e3941daad99a755ed3747926465f14c3\
    c00311956957af3155f7404fb96c85913cbd442e5ddc0e66de8a4526ff35b2044b8879745c3303b1110f331744b898a308af\
    6ed9f26fba4bdb21e6e80065a73d03996a8cbe95af5c0ce2c86049107b033ac09ae88f88989a484abcab8393e34b5c49f480\
    73269449ff6acc1210baf62ca176b26687dfd35d9b16f166db7662de177921e0c03ffa85d8abaa8a1c1f292ae696212eec73\
    0742c2175739";
pub(crate) const RSA_PKCS1_SHA512: &str = "\
    1077f57134353244fe6fd35b0119efe42f99397df383271ab0ac36f7b8c4bfb6b5bbd2ed8711113dbd9c7721ea2a57a0eaa1\
    c5a9bb3af69459daf2d0f56b28ef211696f011d44ed628925150b631f887e501485462d5b945d82b064f2ceb86d9dd9b060e\
    6553eccf5d0e390b5550e1beaab2cdf368b79ec73f4d345b9c9683af023202245f235de0e639b7c3e47057ce4d82fb5eaa92\
    c9a3d8a47f99e9bf528731e6fde5ebfc4dea85c0f829af0efb4cd177cc4944ee35e1760b4ff2cf8d68637cda4266805d1ea5\
    69c6a29ed230346c0a1c13a654502ce0f2990e94f772df7de8a61521756c4a7f2fe35d93f950965a56b099908e78cb04e605\
    b25f96037c42";
pub(crate) const RSA_PSS_SHA512: &str = "\
    9c428d45ffa0f2dd1fc58c2d778d1e12c8366994914c3e7e6d17922acbabb4a4315f3cad4804f849bc7efa8a4d69a1095443\
    823dc064a4a5306b3fb094f0294218db23d60b8164d1bbb2cf0f42d81916aa4e03be80324d503386e03ac205dadd0b59d87e\
    419559d846c17a2d2b0b7f8251188e4028029c67abebbccd4e9447f0e96162b194d5b027d66601a5acc76ffc5b39e61ea77c\
    587d7a54d3dcde274f22bd7a020302e3c8f0c8da08e2af88b15219f5fc26e956a60052d32677b1b3d421767ff0649b985a8e\
    e5f0bee372a39e2a69f4680fd419f17b06e582ebd59740126a57ac9ce352de68ded8274337c1cb6177cc57babe21643c0638\
    6da24637ded2";

const PKCS1_SHA1: Scheme = Scheme::RsaPkcs1 { hash: Hash::Sha1 };
// Another key, because the private half of the one above was not kept.
pub(crate) const RSA_N_SHA1: &str = "\
    e9e76d9bfa4622445591eca21127cfd36c1c7430717bc380a8fe0f02b7f7c8e9c81a4b067e7e9eb36c8b7b80cb324921ab85\
    b6c3a5e805b9110921acf8ec55f23b430b104514885b8bd9cb086388ac9211cc3fdf110d6566e629c0911ea6a93379f5320b\
    4c5e9c7a598d3a10806aecb34e77e38274b45139460a385a63dbb3bcd9c4df9f1728b160737946561d4cc84ec026a3ec95ab\
    57191d571415ffc5670638acfa97830c1d7a0c6fb1e1fa1bebcb8e74bffe74365e7c755c68802b14b18d92d2643770350121\
    cfc18eb08c2bb4e53cdb3592b12f5711bb1f1ca0938a47e7c38419e6891c948bd00504c22ce2e6d513d853a134d7440c4e6a\
    d2bb5ed157ad";
pub(crate) const RSA_PKCS1_SHA1: &str = "\
    c031124cca76d839ec01264eb3b34dcc875b023e88507784ef853c7cefa897b38f7995307eedd2c34d67bb0c1c7e05114432\
    c072eb288c7e0cd658128fb7817c6f967ae9ad2babf6893ec289ff722cd421729eb6596261c89252a702538069ee71a8fdeb\
    6d985513082cbdefccf4f675a52c84bcf8bf8be9259ca8a262fab7e61495bc59675fddb086a93228447a45b544aa62051264\
    22932923e88b6e79b88af9dfa5780906d0c484c4c25b49efce9f00331049ce5260e72958b5a76f3c751688b41a101af5ae5e\
    73bb96e19009127bf17e8f2b23ad41550398b4a9d3d254c8862663785d6f1744e24a75dc5fd63c9c5d8c6a47e68747738584\
    f329098b8649";

use alloc::{vec, vec::Vec};

use crate::algorithm::{Hash, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::testing::{
    RSA_N, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RSA_PSS_SHA384, eddsa_key, encode, hex, prepare, rsa_key,
    rsa_vector, vectors, with,
};
use crate::{key::public_key::PublicKey, verifier::SignatureError};

// Made like the shared ones, with the options of `pkeyutl` in the names. The key of 2049 bits is of two primes of
// 1024 and 1025 bits, for OpenSSL rounds an odd size down.
// Those of 2048, 2056 and 2112 bits are of two primes of `openssl prime -generate`, and their signatures RFC 8017 in Python.
/// A salt of 20 bytes.
const PSS_SALT_20: &str = "\
    22d178ce8ca4c9cc4472b159ce1cd7ebd767612957526322fdcff54dc85948c48376de7a3c447c58c8b418dffb8228c3a71b\
    5790f050bffb1c2447e56336840188e1edb0ca3dd53bd2cf9859a3760204cc938cbdf39bceb46011d5d58afc96d9f044cd9d\
    0c556eb50e2e91df32a72bb292c3e745cb9078c7112fa13523060c5d19937c28bb055b707f84f74266121341589cf674814c\
    07c47a63cfd3bac54078bc5e630a98fd5dcd75d15f033d7db7bda5eb3f7544f0c621aca4ce7817a2f3cf1d5c4c07b5b7ac5c\
    694a8cf69234686d4b7c59674ec2fd994e44a8731a802f2301149d1ec6147034bd52eb7fa2cdcb9c01d7f7e821b3ab0f74a0\
    b78549fbb7a5";
/// A salt of 33 bytes.
const PSS_SALT_33: &str = "\
    0188ac6c0f98c5164e5797bbcb572810096aec9f9b2d8245fc397785e85e4a33fbca03ba9c6af2e61dce2d2c6022e729cb10\
    b28032b685186e1da98b9d13dc87b172a1257bce6c1cf6a33247eb3ec8a5e0f36d4280690a2c0be60a12a8237cb761d55967\
    f57f788050751c3e07b5444cfcd46c366fbfe69b45e769ca130de754463b9785f7dc5cad0c757e95c3f8bf17b64e301128fd\
    94ac900569b9c658f0234235db357c1f40e11e667b4da9a57ab761e596dd6cbcc14579adf2dcc6eb4e893b366dc252eeca65\
    cdad269479358173d8a19ef8b169f8ae3264ba8ea63d24f612c9f4bdb71716e3777f91cc80b2530e681a1e3ee792bec80bac\
    3e1ff92eada2";
/// No salt.
const PSS_SALT_0: &str = "\
    8773cebdd50b991bd1c098a7ade61a14b135da5e466c6404afcfb5c8d8581ef76663b50f5fff90415e68315548fe1ca7f70d\
    9f0f811a2ae49a3efed9a8cd4fb9c1aa94d6b1345c859f42ca210001de0fc77b31d5649fa1eb846cd1008abc26d40340830c\
    ca3f78411f73384c4f54894b561f2859ccb239966abbb79aff81e8ad02dfa3deb7e5c86ffcabe876db06d748eddf704b0656\
    ec41f1e367c08070ddf0c2d20af7196633def3f384658945ee05e58bce25cbb12404858e8661da42c0fb625db91b20d0f81d\
    e6b6eaf7e1a5e615cd7a1f900ede1a19e0d16a007faba5b6a58d021f08e5ee5070fa2ece6b437c985fa37791028850b50f30\
    253b0cfc1323";
/// MGF1 with SHA-1.
const PSS_MGF_SHA1: &str = "\
    8ca19850c5c523a06154f27e945cd33a824a8326912d14b971d6835b2f64e8e87af4745916043c0e5f8c574b1ac48b133231\
    639a8de093e0a4c60022d91f8f2cc32240d662835194579bc00cf78c401a5b2f09d8381ae49141a3180d1707478a00dedcf2\
    bee210fcc59f992066574837eededb35b185216832759e5948bd68664513661932d05e04f104b451e457587058dbc27e7562\
    1c762d4e42d0d82c68b2d2059d6eb3d021192018e01520e5851fdd55e17b0b09673bd959b116fbe80d949c9c1bda3454dc73\
    3a23df0fd6ca5a8a3c883378cd289703baf2a48cae932f4fce5ef738492edd3aa0f8709bd8ddea4c3c682a89c5a2b8c6cafb\
    20dc822243d8";
/// MGF1 with SHA-384.
const PSS_MGF_SHA384: &str = "\
    95c476357b445b4ab2764383d35475bd9f5639fa90aa3dadde63752e81ca02d60fb291109d00b022e28f43491a48bef0d0d7\
    9d0afeaa71e9d0e275d62ff79e315039dbc6a3a612de0f6a93f6454f0e37c1258a2afb002026fb54048e1b5b7b2a7449ad6d\
    82bd47c13fbc0e8341ed987c17546b1b3b3136483df884e39895a1e9177e357721b8aac8f2bbc8983d112743c44cfd1f2060\
    2af361206096cb3cb69553a5d05897764ec955ef84111b384355573d352454d99d517d76d8f1f24547dcfde9e75213b67c38\
    03fbc81c3798933f09a0377d9dfc3af1ed48f42c8c0175b92deb8bf634d6271a5b888abf72cf5225697b705c47b7df90cf72\
    a30d8735aea7";
/// Of "sample 254": the first byte is zero.
const PKCS1_ZERO_FIRST: &str = "\
    008a51d3838134e911ada04df3ac834bbe45253005a4363cea1cf9fb009be2e52b38f5e417cf9778985bea0a7c13e9099f8a\
    19ac948ecaa418fd9100577ae78fef69f0173d8d78da316b91d0aecfdb94d2054dced66b2ddff3a6b07c76361de57e22c236\
    7e9659f193c5769460eb9ad14cda3582657043dbf5beb7131b38b3f1405460975f571611c4f29faf45ecced32720c207bf91\
    fc219b34d92ada465a5fbb0f01a2f2037c5b70e91fef40c372987c085b69e08dbe10500ad6fd7d5486b0142d7650f317cb21\
    f48d98bd7e7206194b1a4ea677ae096240846c20d86959075223fb114bd64f5b0916ceb1a7748b2d8c34a553738b40a57817\
    4faa8d7aac70";
/// A modulus of 2049 bits.
const N_2049: &str = "\
    01280bef86599c42f1b3001438b8bcba5c6a87959cc76efc649c0273249df4f86d6de24ac0ba7b98705e99124a4cdbee4103\
    624a1661517df410a46debe42ed17bcd3e50a0c774f2af626953be98a9b7e439d5065b04dbf095b31d6ba8ef214d69f7450a\
    cd0aacdb6012532398289304b2469ab54d57db4d0001258850ed213983e734c1224a593c836ea823701d6f25082daf9006a3\
    a97452dfbd744ef92797cc09ec9dd899ebe3d6edc46f29c71e58bc6c6df68521b04c535dc34fd34dd7597a83de10776b882c\
    1ba731753462fccdf5b794a8381a422f1225fe5bb914e1a006b316d6d8ab15c334af84cb03630f1d88ab83efe85a079c426e\
    85cd77c16714b5";
/// By the key of 2049 bits.
const PKCS1_2049: &str = "\
    0009e6ff61ebf60aa76f1f3a335f371030c7c44dcd0b2aa0576c3c47156b87d1995c938c3e7c96eee4919da3238df1f9825a\
    8c20fb3f15de275401cb9c032fd1b789cf2a12116dc983bdcc31072ee9a7e5fd95e50b75ae099d1bf161c9c7886bb5532be8\
    73c451a85db69e5284fae1b74dd668e08942d760a379385e6fd711899a470d12022589d8f731624b0a0715909b1b07fea2ee\
    ef917298c318c994369e1378aab172671e306abd1f44f1b8db464f743e765ce119bc22ee882cb0ea8e030d7c802f92097046\
    0d9d2517c5e12006c4c60c4957035f74a76082f2a6f32a4aa6fa88e048e97b5dd06e0cdf8ba36ad008fd072db85dff538177\
    13cd623797ccab";
/// By the key of 2049 bits, with which the encoded message is a byte shorter than the modulus.
const PSS_2049: &str = "\
    004c6e14ea91ef6a040a01840f19b5cb359008dbeef125a06d007bae2ca98240037248fc83c3396b8b5651709b2f6913b664\
    e0593ca4c446bec6222bb8902d7fe4159aa85b57c039d3a731ea775bae0787c0dc24464bcf561ffbda1c2ba0f9dac6d29617\
    5ee118bc152ac4e9d313432f694112842d4b527e1a6ddd356f098916b4941f5355f5cef316d6cf383e924c83ffbdcf84fa02\
    3c8d81fee22e64c080028819acc942fe39e0b6720fe998eb845412f6c6f83eeae64b49f2f6e15614f138285c2c06bd194dcf\
    09f21f99efe9110ce9fb18a7b70190dbf97d53d8d54047167146080624c25098bc09cd6b002e8104303433cc96c8ebe4ea9a\
    0521eb8d7b3da0";
/// A modulus of 2056 bits, for the exponent 65537.
const N_2056: &str = "\
    be8285da6b948ebf4fe42337b79d209cb4de140eaebf36abb14cc4ee8668b1105cc57e5b93b36768cc7027acbd77ecb45f085e89454cb708\
    e20e964c047ba307006bd3833ddc11f28eda44572197b0ca5390e3d4f8e16fe360e60aa645adedf62b095b2e50ba044fda1b02640cdf8a75\
    40a621636e7e1c633e0b1a6c2ec136c068d0d09a49d2ae908c044a461d2f721de201c0ee5d3c1eddcd0dbcae4653adf1cf72de81ebed5fbc\
    02ab1243f41d1b2955f0f95b06ee47f55c766db78cafd6ff4e5c27be23dbf99b3cd33a84040a30eef78c126956abc74409ca64c3ece9689d\
    79caae02dcee4dc60b79af8c3d1e39a0944e76a554e59968fff9f23a7b33a2d905";
/// By the key of 2056 bits.
const PKCS1_2056: &str = "\
    14f100355b21ba6096668e283dae94b245e2c6818cd5b1807b1be62f90a7ee7153a09eaeb0c5bd57cff47318f2a761e85429958125257b56\
    f5d95e3780a992d15f90f52c2c6d5e630607c96ad87365d0ca439889f8cd189fef03803230ef09f085e682c08c885f11aa96c67b3a28681c\
    5eced6742d68b0428135d7f7f2c6f08ec0fe784ee050d99920b89b7ced81553f09874390ea0f1a1685c5647ec9118051852aa52c8b2d3d97\
    b5a8eac7a27340e169eab4530850e23406e99b0927c5de6aafa8e488ccdeb3d2f313a169f20dabf2fd276c08d4038b1e42231796fc287072\
    39adc7313c5a9a14a9600a6318d094003f969f72d769416bd346b7b39fdc7a579f";
/// By the key of 2056 bits.
const PSS_2056: &str = "\
    4d8119b59d3e132901d7d1c489d2734c30b823cdb3b634c4878489178dfe2b5c59566d6237fcef311c43ed5bfdef906e604243b0fcb03056\
    c93863a3721f3b40a18f6f032b074398417d64698e72e9f52dffd3a4eaf8c84807420b99cf1d883e42f253f00b6984b8aaa17656b1faf9e5\
    56d48599364f539eaeb4dad828afbfce509cbe366f97ae21320f7fc97a8bc3eb6b67a772538998a2c51047c430c917aacc062eddbec4cbb9\
    7c995d37a812fe39110894eddc9900313c8fd26e18a03cdb9cb08094cc3d5c7324746f05be30e74ef4c8ccfaf9235c785ee595ce1f157bc3\
    c583dc036d901058f0c40443bb0f21f4239cf8c16370c3c614f8b367f283c569e3";
/// A modulus of 2112 bits, for the exponent 3.
const N_2112: &str = "\
    9e7756b94d3cfaf4cbabf38d85c1cfd23b25d53ee5786b3c7229aa67fb797d636239ef1791605eeb104b158f1f9dae4ad72e71233bbd8b9d\
    5ac6ac1bcae54de97471d67b641d62a86e8de6c9f1d38c505e100647b8d65b1aa10967c6b4b13ff7b7c1be283c32e69fe47303d12d4437ee\
    d22c1b51a2643666bda83aa05d3a754e2ae12d58a21c2a10c817d88a6b895fcfd8fc14fa1e90dace783eb0c21e7f17c17b4f12ed522f1ee0\
    4d92be204003c9b7d03ce3d7c2a7342ab9f84ddeb2f0cc390efca21ce30601c44902ec491e88dfcb0cdc49497942058f85742a571b797025\
    4372ab1d7a50406549bad649e4202abeda95c61ee1eb1dc6b9c40f51a824779a7251550c1fb442e1";
/// By the key of 2112 bits.
const PKCS1_2112: &str = "\
    3b657b37a5c012e3c12322c3757a74da1f054e4ca82e347ff8f1ed2c280e14d91a908c608e0ad30017338bb36054053d25f7e81c186abf1b\
    4dc2a9c9ccef907fc9b8e7bf14c68d766d7c088adf52db009b8da5c2acbcf45426def7f44d732ee64ec2649f4131aa3fb538113eed282933\
    387208b53688a229b26637a44cdfcd6817c93e88d3c7fc5077a4d1d0c41d7fa97349f2dfbf2373a2d2b3104f486d898f2bbd134b05042e06\
    3628b12d25acd36411acb95e74e260ed9d234109d46e810121d55bdd0f02835ac3e7519929d518cd10f8d9f118e774507668691734bf2a0a\
    cf1de5bd292fed6d87342874226759c3dd62866c6c8b2aca4e0c5348d1dc5b24d6af9985268bdff0";
/// By the key of 2112 bits.
const PSS_2112: &str = "\
    88a314d65c527bca570ee8acb1eb760d1e56f0746b4e7d4cbdd720a76a0b0eb73702a8c691b1b32cc46e2d60f72449fc691641f07ca8240a\
    377ac4d3337e794d2e83a63cb0f0ffff7b66488188d2e44a745be6575e4ea0d783bba83f882eb0370cccd18b02dc2bd2ffde57af4d8b98cd\
    65ce7a58f8e6d709e4fa2e2d2fb9d9fa7c7dc12714005bcffe66275a27c9da4f90d3b762a8fb7c865c089267dac23b46cc17223183811059\
    1ffe5f50db18c1c48e19a1a556a1f21f819174f0440530a7f88744b8c4c202c93a33725dc7bdba3abd8c2506733d8b3fb93cb2e452f666f8\
    ae03230068d8b665af27198f2e7b88e983f8900f711dd0fce8cb5b493e942df8f5f2975444eaa1aa";
/// A modulus of 2048 bits, for the exponent 4294967297.
const N_2048: &str = "\
    a33724bc2c652cd551792207b1b22ba78d36c7945b74bd5de9adf6a1fda81380fa2d188c38701e0e4c6eb5d2d7d97963f1efdc820e5e00e8\
    30cf03cb530b9d08a8b0b6d2b761a26074dcca34710843fccee87bf59951da7943de4a05b8e7615249c28cb74571f3dcea0325efe321deb7\
    1c9cffc67cbf13af11170ffa8e123d6631562d418ce69aae1333035e2f4f9db62d53293f6d6b42bcd448bb7083bb70c2d6087a30db5b3f29\
    7c8dce9a9de6adc86f91edcacc7405879a63fb7a40f82f4e3622122735d8c7db7f8b6255ec980be720cdf3fa282b8df42dff5975063cf258\
    f8cae845079f97a25fbb4640b5dd7f463f7f6c7d3386b1aa3af57e9359539329";
/// By the key of 2048 bits.
const PKCS1_2048: &str = "\
    58322b73f00d78759875285037a4290f339716438e637fdacfb3dce534384c586f02c0e9bce207fac6ab713c927135ae5f24bb3580e60490\
    8a176ff519271d7faeae24390f4f2625461ed41ddfd60c89fb65d17fdd2d22b1edd3bf25330fd52c395cb9c9d1a24cd19332658822ec5f5a\
    1694e9c805bd5e34f2a35b943b38d5672571930a7929e490955b7a413c595fdd14d2c7375547b64d905c587b73f78249618391ff06f9298c\
    bc389a48608b29292cb81e12e6b5581f0d485a8329ca1c6d902e5add75f6f66abf7818489a8e8bbbd61cc685dfa080d2666a86c3736e6a82\
    6c81d892e59722386f490bdd268f0cac5d1e25e5a85510b3c03aecd997ff360e";
/// By the key of 2048 bits.
const PSS_2048: &str = "\
    297966bbc79f7f206749d09cbbbd79ae311d5bd28e2492ab526eeee030519732a25bb90b1668dbec43f025d4490f2b43200b0b147c937ba3\
    77bf4452b1928b0799f305e4c6ac3408a7d32316b3fab38f2168cc2ba6ebe74983688cae70c19ba183d3d15c3216c2fa5d3caf863c70489b\
    7c1f750a6dd8ac02b4760d2530f74a6066dc448fa288586c4a1c258a7115a782213ef405959586547ba613b6a18a31445f70bef76ec92ee4\
    8c8ed6951c153693d14a0e7f48b506de9a83e1d5e6c08df8816103a44efaa9c61ec3572ae6eae0e0fa38dd686a7a26292780670ce170cf74\
    26d4c673d3671254bab539bc7785f5138a77b7af98daea7eab2d9b20f0038e9d";

const PKCS1: Scheme = Scheme::RsaPkcs1 { hash: Hash::Sha256 };
const PSS: Scheme = Scheme::RsaPss { hash: Hash::Sha256 };

fn verify(scheme: Scheme, modulus: &str, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    rsa_vector(scheme, modulus, "").prepared().verify(&[message], signature)
}

#[test]
fn signatures_of_openssl_verify_with_every_hash() {
    for vector in vectors() {
        if matches!(vector.scheme, Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. }) {
            assert_eq!(
                vector.prepared().verify(&[b"sam", b"ple"], &vector.signature),
                Ok(()),
                "{}",
                vector.scheme
            );
            assert_eq!(vector.prepared().verify(&[b"sampel"], &vector.signature), Err(SignatureError));
        }
    }
}

#[test]
fn signatures_of_another_padding_or_hash_dont_verify() {
    for vector in vectors() {
        for other in vectors() {
            if let (Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. }, true) =
                (other.scheme, other.key == vector.key)
            {
                let verdict = vector.prepared().verify(&[&vector.message], &other.signature);
                assert_eq!(
                    verdict.is_ok(),
                    vector.scheme == other.scheme,
                    "{} as {}",
                    other.scheme,
                    vector.scheme
                );
            }
        }
    }
}

#[test]
fn rule_120_a_signature_has_the_length_of_the_modulus() {
    for (scheme, signature) in [(PKCS1, hex(RSA_PKCS1_SHA256)), (PSS, hex(RSA_PSS_SHA256))] {
        assert_eq!(verify(scheme, RSA_N, b"sample", &signature), Ok(()));
        for wrong in [
            [&[0], &*signature].concat(),
            [&*signature, &[0]].concat(),
            signature[..255].to_vec(),
            signature[1..].to_vec(),
            vec![0],
            vec![],
        ] {
            assert_eq!(
                verify(scheme, RSA_N, b"sample", &wrong),
                Err(SignatureError),
                "{} bytes",
                wrong.len()
            );
        }
    }
}

#[test]
fn rule_120_leading_zeros_of_a_signature_are_not_left_out() {
    let signature = hex(PKCS1_ZERO_FIRST);
    assert_eq!(verify(PKCS1, RSA_N, b"sample 254", &signature), Ok(()));
    assert_eq!(verify(PKCS1, RSA_N, b"sample 254", &signature[1..]), Err(SignatureError));
}

#[test]
fn a_signature_is_less_than_the_modulus() {
    // The same number modulo n.
    let (signature, modulus) = (hex(PKCS1_ZERO_FIRST), hex(RSA_N));
    let mut carry = 0;
    let mut sum: Vec<u8> = (signature.iter().zip(&modulus).rev())
        .map(|(a, b)| {
            let [high, low] = (u16::from(*a) + u16::from(*b) + carry).to_be_bytes();
            carry = u16::from(high);
            low
        })
        .collect();
    sum.reverse();
    assert_eq!(carry, 0);
    for wrong in [sum, modulus, vec![0; 256], vec![0xff; 256]] {
        assert_eq!(verify(PKCS1, RSA_N, b"sample 254", &wrong), Err(SignatureError));
    }
}

#[test]
fn rule_121_the_salt_has_the_length_of_the_hash() {
    assert_eq!(verify(PSS, RSA_N, b"sample", &hex(RSA_PSS_SHA256)), Ok(()));
    for wrong in [PSS_SALT_0, PSS_SALT_20, PSS_SALT_33] {
        assert_eq!(verify(PSS, RSA_N, b"sample", &hex(wrong)), Err(SignatureError));
    }
}

#[test]
fn rule_121_the_mask_is_made_with_the_same_hash() {
    for wrong in [PSS_MGF_SHA1, PSS_MGF_SHA384, RSA_PSS_SHA384] {
        assert_eq!(verify(PSS, RSA_N, b"sample", &hex(wrong)), Err(SignatureError));
    }
}

#[test]
fn a_modulus_of_a_bit_more_than_whole_bytes_verifies() {
    for (scheme, signature) in [(PKCS1, hex(PKCS1_2049)), (PSS, hex(PSS_2049))] {
        assert_eq!(signature.len(), 257);
        assert_eq!(verify(scheme, N_2049, b"sample", &signature), Ok(()));
        assert_eq!(verify(scheme, N_2049, b"sampel", &signature), Err(SignatureError));
        assert_eq!(verify(scheme, N_2049, b"sample", &signature[1..]), Err(SignatureError));
    }
}

#[test]
fn a_modulus_of_any_size_and_an_exponent_of_33_bits_verify() {
    const F4: &[u8] = &[1, 0, 1];
    for (n, e, signatures) in [
        (N_2048, &[1, 0, 0, 0, 1][..], [(PKCS1, PKCS1_2048), (PSS, PSS_2048)]),
        (N_2056, F4, [(PKCS1, PKCS1_2056), (PSS, PSS_2056)]),
        (N_2112, &[3], [(PKCS1, PKCS1_2112), (PSS, PSS_2112)]),
    ] {
        let key = with(&with(&rsa_key(), -1, hex(n)), -2, e.to_vec());
        let key = PublicKey::from_cose(&encode(&key)).unwrap();
        for (scheme, signature) in signatures {
            let key = prepare(&key, scheme).unwrap();
            assert_eq!(key.verify(&[b"sample"], &hex(signature)), Ok(()), "{scheme}, {n}");
            assert_eq!(key.verify(&[b"sampel"], &hex(signature)), Err(SignatureError));
        }
    }
}

#[test]
fn a_key_of_another_kind_is_rejected() {
    let key = PublicKey::from_cose(&encode(&eddsa_key())).unwrap();
    for scheme in [PKCS1, PSS] {
        let error = prepare(&key, scheme).unwrap_err();
        assert_eq!(error, KeyError::Malformed(MalformedKeyError::SchemeMismatch(scheme)));
    }
}

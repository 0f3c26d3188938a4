//! The budgets of the project, and whether the figures of a run meet them.

use super::results::{Figure, Results, number};

/// A budget with what a run measured.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Budget {
    pub(super) what: String,
    pub(super) limit: String,
    pub(super) measured: String,
    pub(super) met: bool,
}

impl Budget {
    /// Why the budget is missed, if a profile has explained it. A missed budget without an explanation fails a test.
    pub(super) fn explanation(&self) -> Option<&'static str> {
        EXPLANATIONS.iter().find(|(start, _)| self.what.starts_with(start)).map(|(_, why)| *why)
    }
}

/// Budgets by the beginnings of their texts, and why each is missed.
const EXPLANATIONS: [(&str, &str); 7] = [
    (
        "authentication EdDSA, stored key",
        "EdDSA with a stored key: AWS-LC and graviola accept public keys of small order, so a key is checked with the code of the backend \
         in\n  plain Rust when it is prepared. Under callgrind, with AWS-LC, the verification is 82 % of the instructions and this check \
         14 %. A\n  prepared key is checked once.",
    ),
    (
        "authentication EdDSA, countersign",
        "EdDSA against other libraries: the key comes from its stored form, so that it is checked in each ceremony, as above.",
    ),
    (
        "authentication ML-DSA-44",
        "ML-DSA-44: the signature has 2 420 bytes, and a third more as text. Under callgrind, with AWS-LC and a prepared key, the \
         verification\n  is 86 % of the instructions and reading the JSON 11 %. A stored key has 1 312 bytes more to read.",
    ),
    (
        "authentication RS256, stored key",
        "RS256 with a stored key: the key is read from CBOR and encoded again for the backend, which the raw call has done before. Under \
         callgrind,\n  with AWS-LC, the verification is 87 % of the instructions, reading the key 3.3 %, preparing it 1.5 %, and reading the \
         JSON 3.8 %.",
    ),
    (
        "registration packed, self attestation",
        "Self attestation: the credential's key is prepared, which the raw call has done before. Under callgrind, with AWS-LC, the \
         verification is\n  92 % of the instructions, reading the JSON 2.2 %, preparing the key 1.9 %, and the attestation object and client \
         data 0.8 %.",
    ),
    (
        "registration packed, path to the anchor",
        "Path to the anchor: three keys are prepared, of the credential, the certificate and its issuer. Under callgrind, with AWS-LC, the \
         two\n  verifications are 91 % of the instructions, preparing the keys 2.8 %, and reading the JSON 1.8 %.",
    ),
    (
        "authentication RS256, countersign, aws-lc, against",
        "RS256 against OpenSSL: both ceremonies are mostly the raw call, and OpenSSL's takes less than twice AWS-LC's time, so no \
         ceremony over\n  AWS-LC is three times as fast as one over OpenSSL.",
    ),
];

/// The most above the raw call: so many microseconds, or 5 % if that is more.
const PART: f64 = 0.05;

/// The most allocations of an authentication above those of the raw call.
const ALLOCATIONS: u64 = 6;

/// Other libraries in Rust, by the beginnings of their names.
const RUST_LIBRARIES: [&str; 2] = ["webauthn_rp", "webauthn-rs-core"];

/// Every budget that the figures can say something of.
pub(super) fn judge(results: &Results) -> Vec<Budget> {
    let mut budgets = Vec::new();
    for figure in results.of_part("authentication") {
        let limit = match figure.operation.split_once(", ").map(|(_, path)| path) {
            Some("stored key") => 3.0,
            Some("prepared key") => 2.0,
            _ => continue,
        };
        budgets.push(authentication(figure, limit));
    }
    for figure in results.of_part("registration") {
        let limit = match figure.operation.as_str() {
            "none" => 4.0,
            "packed, self attestation" => 5.0,
            "packed, path to the anchor" => 15.0,
            _ => continue,
        };
        budgets.push(registration(figure, limit));
    }
    for (algorithm, subject, least) in [
        ("ES256", "countersign, graviola", 3.0),
        ("ES256", "countersign, aws-lc", 4.0),
        ("RS256", "countersign, graviola", 1.5),
        ("RS256", "countersign, aws-lc", 3.0),
        ("EdDSA", "countersign, graviola", 1.0),
        ("EdDSA", "countersign, aws-lc", 1.0),
    ] {
        budgets.extend(against_others(results, algorithm, subject, least));
    }
    budgets
}

fn authentication(figure: &Figure, limit: f64) -> Budget {
    let above = figure.above.median;
    let allocations =
        figure.heap.map_or(u64::MAX, |heap| heap.allocations.saturating_sub(heap.control_allocations));
    Budget {
        what: format!("authentication {}, {}", figure.operation, figure.subject),
        limit: format!("{limit:.0} µs or 5 % and {ALLOCATIONS} allocations above the raw call"),
        measured: format!(
            "{} µs, {:.1} %, {allocations} allocations",
            number(above),
            above / figure.control_time.median * 100.0
        ),
        met: above <= limit.max(figure.control_time.median * PART) && allocations <= ALLOCATIONS,
    }
}

fn registration(figure: &Figure, limit: f64) -> Budget {
    let (above, raw) = match figure.operation.as_str() {
        "none" => (figure.time.median, "in all"),
        _ => (figure.above.median, "above the raw calls"),
    };
    Budget {
        what: format!("registration {}, {}", figure.operation, figure.subject),
        limit: format!("{limit:.0} µs {raw}"),
        measured: format!("{} µs", number(above)),
        met: above <= limit,
    }
}

/// How many times as fast ours is as the fastest other library in Rust. `None` if either is not measured.
fn against_others(results: &Results, algorithm: &str, subject: &str, least: f64) -> Option<Budget> {
    let operation = format!("authentication {algorithm}");
    let of_operation = || results.of_part("library").filter(|figure| figure.operation == operation);
    // Programs differ, and have the same control.
    let relative = |figure: &Figure| figure.time.median / figure.control_time.median;
    let ours = of_operation().find(|figure| figure.subject == subject)?;
    let is_rust = |figure: &&Figure| RUST_LIBRARIES.iter().any(|name| figure.subject.starts_with(name));
    // All of them, or the fastest may be missing.
    let others: Vec<_> = of_operation().filter(is_rust).collect();
    if !RUST_LIBRARIES
        .iter()
        .all(|name| results.figures.iter().any(|figure| figure.subject.starts_with(name)))
    {
        return None;
    }
    let fastest = others.into_iter().min_by(|a, b| relative(a).total_cmp(&relative(b)))?;
    let times = relative(fastest) / relative(ours);
    Some(Budget {
        what: format!("authentication {algorithm}, {subject}, against the fastest other library in Rust"),
        limit: format!("at least {least} times as fast"),
        measured: format!("{times:.2} times as fast as {}", fastest.subject),
        met: times >= least,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::results::Heap, *};
    use crate::bench::results::Spread;

    fn figure(part: &str, operation: &str, subject: &str, time: f64, control: f64) -> Figure {
        let spread = |median| Spread { p25: median, median, p75: median };
        Figure {
            part: part.into(),
            operation: operation.into(),
            subject: subject.into(),
            control: "control".into(),
            time: spread(time),
            control_time: spread(control),
            above: spread(time - control),
            ratio: spread(time / control),
            heap: Some(Heap { allocations: 8, bytes: 1, peak: 1, control_allocations: 2 }),
        }
    }

    fn met(figures: Vec<Figure>) -> Vec<bool> {
        judge(&Results { figures, ..Results::default() }).iter().map(|budget| budget.met).collect()
    }

    #[test]
    fn an_authentication_may_take_microseconds_or_a_part_above_the_raw_call() {
        let time =
            |time, control| met(vec![figure("authentication", "ES256, stored key", "x", time, control)]);
        assert_eq!(time(23.0, 20.0), [true]);
        assert_eq!(time(23.1, 20.0), [false]);
        assert_eq!(time(210.0, 200.0), [true]);
        assert_eq!(time(210.1, 200.0), [false]);
        let mut allocates = figure("authentication", "ES256, prepared key", "x", 21.0, 20.0);
        assert_eq!(met(vec![allocates.clone()]), [true]);
        allocates.heap = Some(Heap { allocations: 9, bytes: 1, peak: 1, control_allocations: 2 });
        assert_eq!(met(vec![allocates]), [false]);
    }

    #[test]
    fn a_registration_without_attestation_is_judged_by_its_time() {
        assert_eq!(met(vec![figure("registration", "none", "x", 4.0, 0.5)]), [true]);
        assert_eq!(met(vec![figure("registration", "none", "x", 4.1, 0.5)]), [false]);
        assert_eq!(met(vec![figure("registration", "packed, self attestation", "x", 45.0, 40.0)]), [true]);
        assert_eq!(met(vec![figure("registration", "packed, self attestation", "x", 45.1, 40.0)]), [false]);
        assert_eq!(met(vec![figure("registration", "tpm, path to the anchor", "x", 145.1, 40.0)]).len(), 0);
    }

    #[test]
    fn others_are_compared_by_their_ratios_to_the_same_control() {
        let all = |other: f64| {
            let of =
                |subject, time, control| figure("library", "authentication ES256", subject, time, control);
            met(vec![
                of("countersign, aws-lc", 40.0, 40.0),
                of("webauthn_rp 0.3.0", 900.0, 40.0),
                // The same machine at half the speed.
                of("webauthn-rs-core 0.5.5", other * 2.0, 80.0),
            ])
        };
        assert_eq!(all(160.0), [true]);
        assert_eq!(all(159.0), [false]);
        let alone = figure("library", "authentication ES256", "countersign, aws-lc", 1.0, 1.0);
        assert_eq!(met(vec![alone]).len(), 0);
    }
}

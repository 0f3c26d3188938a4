//! What comes out of a check.

/// No more problems are printed: thousands have one cause.
const PRINTED: usize = 60;

/// The outcome of a check, with a line that says what was done or what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed(String),
    Failed(String),
    Skipped(String),
}

impl Outcome {
    /// Failed if there are problems, which are printed.
    pub(super) fn of(problems: Vec<String>, passed: String) -> Self {
        let count = problems.len();
        let mut line = passed;
        for (index, problem) in problems.into_iter().enumerate() {
            match index {
                ..PRINTED => println!("{problem}"),
                PRINTED => println!("… and {} more", count - PRINTED),
                _ => {}
            }
            match (index, count) {
                (0, 1) => line = problem,
                (0, _) => line = format!("{count} problems, the first: {problem}"),
                _ => {}
            }
        }
        if count == 0 { Self::Passed(line) } else { Self::Failed(line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_problem_is_in_the_line() {
        let of = |problems: &[&str]| {
            Outcome::of(problems.iter().map(|it| (*it).to_owned()).collect(), "all good".to_owned())
        };
        assert_eq!(of(&[]), Outcome::Passed("all good".to_owned()));
        assert_eq!(of(&["a"]), Outcome::Failed("a".to_owned()));
        assert_eq!(of(&["a", "b"]), Outcome::Failed("2 problems, the first: a".to_owned()));
    }
}

//! The steps of a suite, each on its own, with the verdict of `countersign`, for a comparison with other libraries.

use crate::{
    format::{Case, Choice, SignCount, Suite},
    implementation::Implementation as _,
    library::Library,
    protocol::{Answer, Ceremony, Request, Verdict},
};

/// One step of a case, so that it can be put to another library without the steps before it, and our answer.
#[derive(Debug, Clone)]
pub struct JudgedStep {
    /// `SUITE/CASE`, and `#N` for the authentication N.
    pub id: String,
    /// The title of the case.
    pub title: String,
    /// The request, the first of a case of its own: an authentication brings the stored credential.
    pub request: Request,
    /// The registration before an authentication, if the case has one.
    pub registration: Option<Request>,
    /// Why only our own library can be asked, if so.
    pub particular: Option<&'static str>,
    /// Our answer; `None` if there was a panic.
    pub answer: Option<Answer>,
}

impl JudgedStep {
    /// `accept`, the code of our rejection, or `panic`.
    pub fn verdict(&self) -> &str {
        match &self.answer {
            Some(Answer { verdict: Verdict::Accept, .. }) => "accept",
            Some(answer) => answer.code.as_deref().unwrap_or_default(),
            None => "panic",
        }
    }

    /// The message of our rejection.
    pub fn message(&self) -> &str {
        self.answer.as_ref().and_then(|answer| answer.message.as_deref()).unwrap_or_default()
    }

    /// The steps of a suite. Steps that our library can't be asked are left out, and so are authentications without a
    /// stored credential, as after a registration that we rejected.
    pub fn of_suite(suite: &Suite, library: &mut Library) -> Vec<Self> {
        suite.cases.iter().flat_map(|case| Self::of_case(suite, case, library)).collect()
    }

    fn of_case(suite: &Suite, case: &Case, library: &mut Library) -> Vec<Self> {
        let mut steps = Vec::new();
        let mut registration = None;
        let mut authentications = 0;
        for request in Request::of_case(suite, case) {
            if request.step == 1 {
                library.forget();
            }
            let before = request.credential.clone().or_else(|| library.stored());
            let answer = library.answer(&request).ok();
            let mut id = request.case.clone();
            let mut alone = Request { step: 1, ..request.clone() };
            let offered = library.algorithms(alone.relying_party.algorithms.as_deref());
            alone.relying_party.algorithms = Some(offered);
            if request.ceremony == Ceremony::Authentication {
                authentications += 1;
                id = format!("{id}#{authentications}");
                alone.credential = before;
            }
            if alone.ceremony == Ceremony::Authentication && alone.credential.is_none() {
                continue;
            }
            if answer.as_ref().is_some_and(|answer| answer.verdict == Verdict::Unsupported) {
                continue;
            }
            let (title, particular) = (case.title.clone().unwrap_or_default(), particular(case));
            steps.push(Self {
                id,
                title,
                request: alone,
                registration: registration.clone(),
                particular,
                answer,
            });
            if request.ceremony == Ceremony::Registration {
                registration = Some(request);
            }
        }
        steps
    }
}

/// What of a case other libraries have no option for.
fn particular(case: &Case) -> Option<&'static str> {
    let settings = &case.relying_party;
    if settings.now.is_some() {
        Some("a time of its own")
    } else if settings.android_key_absent == Choice::Accept {
        Some("absent authorizations accepted")
    } else if settings.sign_count == SignCount::Report {
        Some("a counter that did not increase is reported")
    } else {
        None
    }
}

#[cfg(all(test, feature = "vectors"))]
mod tests {
    use super::*;
    use crate::vectors::test_vectors;

    #[test]
    fn an_authentication_comes_with_the_credential_of_its_registration() {
        let suite = Suite::from_json(&test_vectors().unwrap().to_string()).unwrap();
        let steps = JudgedStep::of_suite(&suite, &mut Library::default());
        let [registration, authentication, ..] = steps.as_slice() else { panic!() };
        assert_eq!(authentication.id, format!("{}#1", registration.id));
        assert_eq!((registration.verdict(), authentication.verdict()), ("accept", "accept"));
        let before = authentication.registration.as_ref().unwrap();
        assert_eq!(before.response, registration.request.response);
        assert!(authentication.request.credential.is_some() && registration.request.credential.is_none());
        // Alone, it is accepted too.
        let again = Library::default().answer(&authentication.request).unwrap();
        assert_eq!(again.verdict, Verdict::Accept);
    }
}

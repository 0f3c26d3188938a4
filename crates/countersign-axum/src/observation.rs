//! How operations of the store are observed.

use std::time::Instant;

use crate::failure::Failure;
use crate::observer::{Observer, StoreCall, StoreOutcome};

/// Waits for an operation of the store.
pub(crate) async fn observe<T>(
    observer: &dyn Observer,
    operation: &'static str,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    observer.store_call_started(operation);
    let mut call = Call { observer, operation, began: Instant::now(), is_over: false };
    let answer = answer.await;
    call.end(match &answer {
        Ok(_) => StoreOutcome::Done,
        Err(failure) => StoreOutcome::Failed(failure),
    });
    answer
}

/// An operation under way, which ends when it is dropped.
struct Call<'a> {
    observer: &'a dyn Observer,
    operation: &'static str,
    began: Instant,
    is_over: bool,
}

impl Call<'_> {
    fn end(&mut self, outcome: StoreOutcome<'_>) {
        self.is_over = true;
        let Self { operation, began, .. } = *self;
        self.observer.store_call_ended(&StoreCall { operation, outcome, took: began.elapsed() });
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.end(StoreOutcome::Dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::task::{Context, Waker};
    use std::{future, pin::pin};

    use super::*;

    #[derive(Default)]
    struct Seen(Mutex<Vec<String>>);

    impl Observer for Seen {
        fn store_call_started(&self, operation: &'static str) {
            self.0.lock().unwrap().push(operation.into());
        }

        fn store_call_ended(&self, call: &StoreCall<'_>) {
            let outcome = match call.outcome {
                StoreOutcome::Done => "done".into(),
                StoreOutcome::Failed(failure) => failure.to_string(),
                StoreOutcome::Dropped => "dropped".into(),
            };
            self.0.lock().unwrap().push(format!("{} {outcome}", call.operation));
        }
    }

    fn seen(answer: impl Future<Output = Result<(), Failure>>) -> Vec<String> {
        let seen = Seen::default();
        {
            let call = pin!(observe(&seen, "session", answer));
            let _ = call.poll(&mut Context::from_waker(Waker::noop()));
        }
        seen.0.into_inner().unwrap()
    }

    #[test]
    fn an_operation_ends_once_also_if_its_request_is_dropped() {
        assert_eq!(seen(future::ready(Ok(()))), ["session", "session done"]);
        assert_eq!(seen(future::ready(Err(Failure::new("no disk")))), ["session", "session no disk"]);
        assert_eq!(seen(future::pending()), ["session", "session dropped"]);
    }
}

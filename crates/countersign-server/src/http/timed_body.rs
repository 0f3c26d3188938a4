//! A time limit for the bodies of requests.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::{future::Future as _, io, time::Duration};

use axum::body::{Body, Bytes};
use axum::{BoxError, extract::Request};
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// The body of a request, which fails when its time is over.
pub(super) struct TimedBody {
    body: Body,
    end: Pin<Box<Sleep>>,
    is_late: IsLate,
}

/// Whether the time was over before the body was complete.
#[derive(Debug, Clone, Default)]
pub(super) struct IsLate(Arc<AtomicBool>);

impl IsLate {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl TimedBody {
    /// Limits the time of a request's body from now on, if it has one.
    pub(super) fn of(request: Request, time: Duration) -> (Request, IsLate) {
        let is_late = IsLate::default();
        if request.body().is_end_stream() {
            return (request, is_late);
        }
        let timed = |body| Self { body, end: Box::pin(sleep(time)), is_late: is_late.clone() };
        (request.map(|body| Body::new(timed(body))), is_late)
    }
}

impl hyper::body::Body for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        if self.end.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.is_late.0.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    /// A body of these parts, each of which arrives after a pause.
    struct Slow(u32, Pin<Box<Sleep>>);

    const PAUSE: Duration = Duration::from_secs(10);

    impl hyper::body::Body for Slow {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            if self.0 == 0 {
                return Poll::Ready(None);
            }
            std::task::ready!(self.1.as_mut().poll(context));
            self.1 = Box::pin(sleep(PAUSE));
            self.0 -= 1;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    async fn read(parts: u32, time: Duration) -> (Option<usize>, bool) {
        let body = Body::new(Slow(parts, Box::pin(sleep(PAUSE))));
        let (request, is_late) = TimedBody::of(Request::new(body), time);
        let bytes = to_bytes(request.into_body(), usize::MAX).await.ok().map(|bytes| bytes.len());
        (bytes, is_late.get())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_a_time_limit_however_steadily_it_arrives() {
        let time = Duration::from_secs(35);
        assert_eq!(read(3, time).await, (Some(3), false));
        assert_eq!(read(4, time).await, (None, true));
        assert_eq!(read(0, time).await, (Some(0), false));
    }
}

//! How fast the body of a request must arrive.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::BoxError;

/// Limits on the time that is spent waiting for a body.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// For the whole body.
    pub(crate) timeout: Duration,
    pub(crate) rate: Rate,
}

/// A minimum rate: so many bytes in every period, the last one excepted. The period is also the longest pause.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    /// No minimum if 0.
    pub(crate) bytes_per_second: u64,
    pub(crate) period: Duration,
}

impl Rate {
    pub(crate) const DEFAULT: Self = Self { bytes_per_second: 1024, period: Duration::from_secs(5) };

    fn bytes_per_period(self) -> u128 {
        u128::from(self.bytes_per_second) * self.period.as_millis() / 1000
    }
}

/// A body that fails if it arrives too slowly. Time in which nothing polls it does not count.
pub(crate) struct Paced<B> {
    body: B,
    clock: Clock,
}

/// The error of a body that arrives too slowly.
#[derive(Debug)]
pub(crate) struct TooSlow;

struct Clock {
    rate: Rate,
    /// Waiting time that is left for the whole body.
    body_left: Duration,
    /// Waiting time that is left in this period, if there is a minimum rate.
    period_left: Option<Duration>,
    /// Bytes of this period.
    arrived: u128,
    waiting_since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<B> Paced<B> {
    pub(crate) fn new(body: B, Pace { timeout, rate }: Pace) -> Self {
        let period_left = (rate.bytes_per_second > 0).then_some(rate.period);
        let clock = Clock { rate, body_left: timeout, period_left, arrived: 0, waiting_since: None, timer: None };
        Self { body, clock }
    }
}

impl Clock {
    fn arrived(&mut self, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            let waited = since.elapsed();
            self.body_left = self.body_left.saturating_sub(waited);
            self.period_left = self.period_left.map(|left| left.saturating_sub(waited));
        }
        self.arrived += bytes as u128;
        if self.arrived >= self.rate.bytes_per_period() {
            self.arrived = 0;
            self.period_left = self.period_left.map(|_| self.rate.period);
        }
    }

    /// Ready when the body is too slow.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.period_left.unwrap_or(Duration::MAX).min(self.body_left);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(left)));
        if self.waiting_since.is_none() {
            let now = Instant::now();
            self.waiting_since = Some(now);
            // Of a limit beyond the range of the clock, a long time is as good.
            timer.as_mut().reset(now.checked_add(left).unwrap_or(now + Duration::from_hours(24)));
        }
        timer.as_mut().poll(context)
    }
}

impl<B: Body<Error: Into<BoxError>> + Unpin> Body for Paced<B> {
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, BoxError>>> {
        let Self { body, clock } = &mut *self;
        match Pin::new(body).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    clock.arrived(frame.data_ref().map_or(0, Buf::remaining));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => clock.poll(context).map(|()| Some(Err(TooSlow.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl TooSlow {
    /// Whether it is the cause of this error.
    pub(crate) fn caused(error: &BoxError) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&**error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl std::error::Error for TooSlow {}

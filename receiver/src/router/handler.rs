use std::ops::Deref;
use std::sync::Arc;

use super::Fallback;
use crate::{BoxError, BoxFuture, Delivery};

/// A running handler.
pub(crate) type HandlerFuture<T = ()> = BoxFuture<'static, Result<T, BoxError>>;

/// A function that handles events.
///
/// Implemented for every `Fn` whose first argument is the event. Up to four further arguments are [taken from the
/// delivery](FromDelivery): [`HandlerState`] and [`Delivery`]. It returns a future of `T` or of `Result<T, E>` with any
/// error type. `T` is [`Fallback`](crate::Fallback) for a fallback and `()` for others. `Arguments` only distinguishes
/// these implementations.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle `{E}`",
    note = "a handler is `async fn(event, ..)`; further arguments are `HandlerState<{S}>` and `Delivery`, \
            and the result is `{T}` or `Result<{T}, _>`"
)]
pub trait Handler<E, S, Arguments, T = ()>: Send + Sync + 'static {
    /// Handles one event.
    fn call(&self, event: E, delivery: &Delivery, state: &S) -> HandlerFuture<T>;
}

macro_rules! handlers {
    ($(($($argument:ident),*))+) => {$(
        impl<H, E, S, R, T, $($argument),*> Handler<E, S, ($($argument,)*), T> for H
        where
            H: Fn(E, $($argument),*) -> R + Send + Sync + 'static,
            R: Future<Output: IntoHandlerResult<T>> + Send + 'static,
            $($argument: FromDelivery<S>,)*
        {
            #[allow(unused_variables, reason = "without further arguments")]
            fn call(&self, event: E, delivery: &Delivery, state: &S) -> HandlerFuture<T> {
                let future = self(event, $($argument::from_delivery(delivery, state)),*);
                Box::pin(async move { future.await.into_handler_result() })
            }
        }
    )+};
}

handlers! { () (A) (A, B) (A, B, C) (A, B, C, D) }

/// The result of a handler.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}` here",
    note = "it returns `{T}` or `Result<{T}, _>`"
)]
pub trait IntoHandlerResult<T> {
    fn into_handler_result(self) -> Result<T, BoxError>;
}

impl IntoHandlerResult<()> for () {
    fn into_handler_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl IntoHandlerResult<Fallback> for Fallback {
    fn into_handler_result(self) -> Result<Fallback, BoxError> {
        Ok(self)
    }
}

impl<T, E: Into<BoxError>> IntoHandlerResult<T> for Result<T, E> {
    fn into_handler_result(self) -> Result<T, BoxError> {
        self.map_err(Into::into)
    }
}

/// A further argument of a handler.
pub trait FromDelivery<S>: Sized {
    /// Extracts it from the delivery or the receiver's state.
    fn from_delivery(delivery: &Delivery, state: &S) -> Self;
}

impl<S> FromDelivery<S> for Delivery {
    fn from_delivery(delivery: &Delivery, _: &S) -> Self {
        delivery.clone()
    }
}

/// A handler's copy of the state given to [`Receiver::with_state`](crate::Receiver::with_state).
#[derive(Clone, Copy, Debug, Default)]
pub struct HandlerState<S>(pub S);

impl<S: Clone> FromDelivery<S> for HandlerState<S> {
    fn from_delivery(_: &Delivery, state: &S) -> Self {
        Self(state.clone())
    }
}

impl<S> Deref for HandlerState<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

/// A handler with all types erased except the event's.
pub(crate) type AnyHandler<E, T = ()> = Box<dyn Fn(E, Delivery) -> HandlerFuture<T> + Send + Sync>;

/// The handler does not run before the future is polled, so that its panics belong to the task that polls it.
pub(crate) fn erase<E, S, X, T, H>(handler: H, state: S) -> AnyHandler<E, T>
where
    E: Send + 'static,
    S: Send + Sync + 'static,
    H: Handler<E, S, X, T>,
{
    let shared = Arc::new((handler, state));
    Box::new(move |event, delivery| {
        let shared = Arc::clone(&shared);
        Box::pin(async move {
            let (handler, state) = &*shared;
            handler.call(event, &delivery, state).await
        })
    })
}

//! Changes that happen together with the done mark.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use webhook_receiver::{Delivery, FromDelivery};

/// What a handler changes in the store's own transaction, an argument of a handler.
///
/// The effects that a handler adds happen in one transaction with the mark that the delivery is done: both or neither.
/// So they happen once, even if the process is killed at any time. They happen after the handler has succeeded. If one
/// fails, so has the attempt. If the handler fails, they are dropped.
///
/// `E` is the [`Effect`](crate::Store::Effect) of the store. Usually a function becomes one:
///
/// ```
/// # use webhook_inbox::{Effects, MemoryEffect, MemoryTable};
/// # use webhook_receiver::BoxError;
/// # struct AssetCreated { id: String }
/// async fn index(event: AssetCreated, effects: Effects<MemoryEffect>) -> Result<(), BoxError> {
///     effects.add(move |table: &mut MemoryTable| {
///         table.insert(event.id, "created".to_owned());
///         Ok(())
///     })?;
///     Ok(())
/// }
/// ```
pub struct Effects<E>(Option<Arc<Collected<E>>>);

/// The effects of an attempt.
pub(crate) struct Collected<E>(Mutex<Option<Vec<E>>>);

impl<E: Send + 'static> Effects<E> {
    /// Adds an effect. Several happen in the order in which they are added.
    ///
    /// # Errors
    ///
    /// If the handler is not run by an [inbox](crate::Inbox) whose store has effects of this type, or if its attempt has ended.
    pub fn add(&self, effect: impl Into<E>) -> Result<(), NoTransaction> {
        let collected = self.0.as_ref().ok_or(NoTransaction)?;
        let mut effects = collected.0.lock().unwrap_or_else(PoisonError::into_inner);
        effects.as_mut().ok_or(NoTransaction)?.push(effect.into());
        Ok(())
    }
}

impl<E> Collected<E> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(Vec::new()))))
    }

    /// Takes the effects. None can be added later: they would be lost.
    pub(crate) fn take(&self) -> Vec<E> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

/// The delivery has an attachment of this type.
pub(crate) struct Attached<E>(pub(crate) Arc<Collected<E>>);

impl<S, E: Send + 'static> FromDelivery<S> for Effects<E> {
    fn from_delivery(delivery: &Delivery, _: &S) -> Self {
        Self(delivery.attachment::<Attached<E>>().map(|attached| Arc::clone(&attached.0)))
    }
}

impl<E> fmt::Debug for Effects<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Effects").finish_non_exhaustive()
    }
}

/// There is no transaction to which an effect could be added, see [`Effects::add`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTransaction;

impl fmt::Display for NoTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this handler is not run by an inbox whose store has such a transaction, or it has ended: its effect is not made",
        )
    }
}

impl std::error::Error for NoTransaction {}

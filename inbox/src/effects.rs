//! Changes that happen together with the done mark.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use webhook_receiver::{Delivery, FromDelivery};

use crate::store::ClaimId;

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

/// The claim under which a handler runs, an argument of a handler that marks its delivery done itself: in a transaction of its
/// own connection, such as one of a pool of another library, together with what it changes there.
///
/// Each durable store documents the SQL. If it has changed no row, something else has claimed the delivery: roll back,
/// and return an error. After the commit, call [`ended`](Self::ended) and return without an error.
///
/// Prefer [`Effects`], which share the commits of the store. A handler uses one of the two: the effects of one that has marked its
/// delivery done are not made.
pub struct Claimed(Option<Arc<Attempt>>);

impl Claimed {
    /// The key of the delivery, and the token of the claim.
    ///
    /// # Errors
    ///
    /// If the handler is not run by an [inbox](crate::Inbox).
    pub fn id(&self) -> Result<&ClaimId, NoTransaction> {
        self.0.as_ref().map(|attempt| &attempt.claim).ok_or(NoTransaction)
    }

    /// The handler has marked its delivery done, and its transaction is committed: the inbox does not do it again.
    pub fn ended(&self) {
        if let Some(attempt) = &self.0 {
            attempt.is_ended.store(true, Ordering::Release);
        }
    }
}

impl<S> FromDelivery<S> for Claimed {
    fn from_delivery(delivery: &Delivery, _: &S) -> Self {
        Self(delivery.attachment::<Attached>().map(|attached| Arc::clone(&attached.0)))
    }
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claimed").field(&self.id()).finish()
    }
}

/// What the extractors get.
pub(crate) struct Attempt {
    claim: ClaimId,
    is_ended: AtomicBool,
    /// A [`Collected`] of the store's type of effects.
    effects: Arc<dyn Any + Send + Sync>,
}

impl Attempt {
    pub(crate) fn new<E: Send + 'static>(claim: ClaimId, effects: &Arc<Collected<E>>) -> Arc<Self> {
        let effects = Arc::clone(effects) as Arc<dyn Any + Send + Sync>;
        Arc::new(Self { claim, is_ended: AtomicBool::new(false), effects })
    }

    /// Whether the handler has marked its delivery done.
    pub(crate) fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::Acquire)
    }
}

/// The delivery has an attachment of this type.
pub(crate) struct Attached(pub(crate) Arc<Attempt>);

impl<S, E: Send + 'static> FromDelivery<S> for Effects<E> {
    fn from_delivery(delivery: &Delivery, _: &S) -> Self {
        let attached = delivery.attachment::<Attached>();
        Self(attached.and_then(|attached| Arc::clone(&attached.0.effects).downcast().ok()))
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

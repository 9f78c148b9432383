//! Finds the event type of a delivery, without building a tree.

use crate::codec::{self, DecodeError, DecodeErrorKind, Kind, Reader, pointer};
use crate::{Carrier, Completion, Delivery, EventName, Webhooks};

/// Who says of which event type a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    ByDelivery,
    ByReceiver,
}

/// What a delivery says it is.
pub(crate) enum EventType<W: Webhooks> {
    Known(W::EventType),
    /// Absent, or not in the description.
    Unknown(Option<String>),
}

impl<W: Webhooks> EventType<W> {
    /// What is found may be all that is looked at: what becomes of the delivery is still to be [read](read) or
    /// [checked](Self::checked).
    pub(crate) fn of(delivery: &Delivery) -> Result<Self, DecodeError> {
        match Self::first_stated(delivery) {
            Some(known) => Ok(Self::Known(known)),
            None => Self::checked(delivery),
        }
    }

    /// The same, where a body that states it is looked at to the end.
    pub(crate) fn checked(delivery: &Delivery) -> Result<Self, DecodeError> {
        Ok(match W::EVENT_TYPE {
            Carrier::Body { pointers } => Self::in_body(delivery, pointers)?,
            Carrier::Header { completed_by, .. } => Self::in_header(delivery, completed_by)?,
            Carrier::Address => match W::EventType::ALL {
                [only] => Self::Known(*only),
                _ => Self::Unknown(None),
            },
        })
    }

    /// What a member of the body says, if it is enough to look that far.
    fn first_stated(delivery: &Delivery) -> Option<W::EventType> {
        let stating = stating_member::<W>()?;
        let mut reader = Reader::new(str::from_utf8(delivery.raw()).ok()?);
        let mut members = reader.object("").ok()?;
        while let Some(name) = members.next().ok()? {
            if *name == *stating {
                return W::EventType::parse(&members.reader().string().ok()?);
            }
            members.skip().ok()?;
        }
        None
    }

    fn named(name: Option<String>) -> Self {
        match name.as_deref().and_then(W::EventType::parse) {
            Some(event_type) => Self::Known(event_type),
            None => Self::Unknown(name),
        }
    }

    fn in_body(delivery: &Delivery, pointers: &'static [&'static str]) -> Result<Self, DecodeError> {
        // Bodies differ: what is wrong at one place is an error only where no other place has a text.
        let mut mismatch = None;
        for pointer in pointers {
            match find(pointer, delivery) {
                Ok(Some(name)) => return Ok(Self::named(Some(name))),
                Ok(None) => {}
                Err(error) if error.kind() == DecodeErrorKind::Mismatch => mismatch = mismatch.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        mismatch.map_or(Ok(Self::Unknown(None)), Err)
    }

    fn in_header(delivery: &Delivery, completed_by: Option<Completion>) -> Result<Self, DecodeError> {
        let Some(name) = delivery.event_type_header() else { return Ok(Self::Unknown(None)) };
        if let Some(Completion { pointer, separator }) = completed_by
            && let Some(part) = text_at(pointer, delivery)?
        {
            let full = format!("{name}{separator}{part}");
            return Ok(match W::EventType::parse(&full).or_else(|| W::EventType::parse(name)) {
                Some(event_type) => Self::Known(event_type),
                None => Self::Unknown(Some(full)),
            });
        }
        Ok(Self::named(Some(name.to_owned())))
    }
}

/// Reads a delivery whose event type is known. Where the body states it, a second one further on is noticed.
pub(crate) fn read<W: Webhooks, T>(
    delivery: &Delivery,
    told: Told,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    codec::from_slice_with(delivery.raw(), |reader| {
        if let (Told::ByDelivery, Some(name)) = (told, stating_member::<W>()) {
            reader.once(name);
        }
        read(reader)
    })
}

/// The member of a body that alone states the event type.
fn stating_member<W: Webhooks>() -> Option<&'static str> {
    match W::EVENT_TYPE {
        Carrier::Body { pointers: [pointer] } => pointer.strip_prefix('/').filter(|name| !name.contains(['/', '~'])),
        _ => None,
    }
}

/// The whole body is read, so that a second event type further on is noticed.
fn find(pointer: &'static str, delivery: &Delivery) -> Result<Option<String>, DecodeError> {
    codec::from_slice_with(delivery.raw(), |reader| text_below(pointer, reader))
}

/// A body may have something else at that place; whether it fits is not decided here.
fn text_at(pointer: &'static str, delivery: &Delivery) -> Result<Option<String>, DecodeError> {
    match find(pointer, delivery) {
        Err(error) if error.kind() == DecodeErrorKind::Mismatch => Ok(None),
        found => found,
    }
}

/// Reads a value and returns the string that the pointer leads to within it.
fn text_below(pointer: &str, reader: &mut Reader<'_>) -> Result<Option<String>, DecodeError> {
    let Some((segment, rest)) = pointer::split_first(pointer) else {
        return reader.string().map(|text| Some(text.into()));
    };
    if let (Kind::Array, Ok(wanted)) = (reader.kind()?, segment.parse::<usize>()) {
        let mut elements = reader.array(&"an array")?;
        let mut found = None;
        loop {
            let is_wanted = elements.count() == wanted;
            let read = |reader: &mut Reader<'_>| {
                if is_wanted { text_below(rest, reader) } else { reader.skip().map(|_| None) }
            };
            match elements.next_with(read)? {
                Some(text) => found = found.or(text),
                None => return Ok(found),
            }
        }
    }
    let mut members = reader.object("")?;
    let mut found = None;
    while let Some(name) = members.next()? {
        if *name != *segment {
            members.skip()?;
        } else if found.is_none() {
            found = Some(text_below(rest, members.reader()).map_err(|error| error.below(&segment))?);
        } else {
            return Err(members.duplicate(&segment));
        }
    }
    Ok(found.flatten())
}

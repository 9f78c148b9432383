//! Finds the event type of a delivery, without building a tree.

use std::borrow::Cow;
use std::sync::Arc;

use crate::codec::{self, DecodeError, DecodeErrorKind, Drift, Holding, Kind, Reader, pointer};
use crate::webhooks::{Completion, EventName, EventTypeLocation};
use crate::{Delivery, StoredDelivery, UnknownEvent, Webhooks};

impl Delivery {
    /// Decodes the body as the event of the delivery's event type.
    ///
    /// An absent or unknown event type is not an error: it becomes the event of [`Webhooks::unknown`].
    ///
    /// # Errors
    ///
    /// If the body is not JSON, is not an object, has an event type that is not a string, or does not match the type of
    /// its event type.
    pub fn event<W: Webhooks>(&self) -> Result<W::Event, DecodeError> {
        match EventType::<W>::of(self)? {
            EventType::Known(known, unsettled) => read(self, unsettled, |reader| W::decode(known, reader)),
            EventType::Unknown(name) => Ok(W::unknown(UnknownEvent::new(name, self.raw().clone()))),
        }
    }

    /// Decodes the body as its [event](Self::event), and finds what it has that the description does not list. The
    /// [receiver](crate::Receiver::on_drift) does this for each delivery; this is for deliveries that are decoded later.
    ///
    /// # Errors
    ///
    /// Like [`event`](Self::event).
    pub fn event_with_drift<W: Webhooks>(&self) -> Result<(W::Event, Vec<Drift>), DecodeError> {
        match EventType::<W>::of(self)? {
            EventType::Known(known, unsettled) => {
                read_with_drift::<W, _>(self, unsettled, None, |reader| W::decode(known, reader))
            }
            EventType::Unknown(name) => Ok((W::unknown(UnknownEvent::new(name, self.raw().clone())), Vec::new())),
        }
    }

    /// The string at this JSON pointer (RFC 6901) in the body, or the text of the number. `None` if there is neither, or if the
    /// body is not JSON. The whole body is read.
    pub fn text_at(&self, pointer: &str) -> Option<String> {
        find_with(pointer, self, string_or_number).ok().flatten()
    }

    /// Decodes the body as the event of this type, whatever event type the delivery states.
    ///
    /// # Errors
    ///
    /// If the body is not JSON, or does not match the type of the event type.
    pub fn event_as<W: Webhooks>(&self, event_type: W::EventType) -> Result<W::Event, DecodeError> {
        read(self, None, |reader| W::decode(event_type, reader))
    }
}

impl StoredDelivery {
    /// Decodes the body as the event of the delivery's event type, like [`Delivery::event`].
    ///
    /// # Errors
    ///
    /// Like [`Delivery::event`].
    pub fn event<W: Webhooks>(&self) -> Result<W::Event, DecodeError> {
        self.delivery().event::<W>()
    }

    /// The text at this JSON pointer in the body, like [`Delivery::text_at`].
    pub fn text_at(&self, pointer: &str) -> Option<String> {
        self.delivery().text_at(pointer)
    }

    /// Decodes the body as its event, and finds what it has that the description does not list, like
    /// [`Delivery::event_with_drift`].
    ///
    /// # Errors
    ///
    /// Like [`Delivery::event`].
    pub fn event_with_drift<W: Webhooks>(&self) -> Result<(W::Event, Vec<Drift>), DecodeError> {
        self.delivery().event_with_drift::<W>()
    }
}

/// The member that states an event type, if a second one has not been searched for yet.
pub(crate) type Unsettled = Option<&'static str>;

/// The event type of a delivery.
pub(crate) enum EventType<W: Webhooks> {
    Known(W::EventType, Unsettled),
    /// Absent, or not in the description.
    Unknown(Option<String>),
}

impl<W: Webhooks> EventType<W> {
    /// The body may have been read only up to the event type; if it is unsettled, the rest must still be [read](read) or
    /// [checked](Self::checked).
    pub(crate) fn of(delivery: &Delivery) -> Result<Self, DecodeError> {
        match Self::first_stated(delivery) {
            Some(known) => Ok(known),
            None => Self::checked(delivery),
        }
    }

    /// The name, as the delivery states it or as the description has it. `None` if it is absent or cannot be found.
    pub(crate) fn name(delivery: &Delivery, assumed: Option<W::EventType>) -> Option<Cow<'static, str>> {
        if let Some(assumed) = assumed {
            return Some(assumed.as_str().into());
        }
        match Self::of(delivery).ok()? {
            Self::Known(known, _) => Some(known.as_str().into()),
            Self::Unknown(name) => name.map(Cow::Owned),
        }
    }

    /// Like [`of`](Self::of), but a body that states it is read to the end.
    pub(crate) fn checked(delivery: &Delivery) -> Result<Self, DecodeError> {
        Ok(match W::EVENT_TYPE {
            EventTypeLocation::Body { pointers, completed_by } => {
                Self::completed(in_body(delivery, pointers)?, completed_by, delivery)?
            }
            EventTypeLocation::Header { completed_by, .. } => {
                Self::completed(delivery.event_type_header().map(str::to_owned), completed_by, delivery)?
            }
            EventTypeLocation::Endpoint => match W::EventType::ALL {
                [only] => Self::Known(*only, None),
                _ => Self::Unknown(None),
            },
        })
    }

    /// The value of a member of the body, if reading that far is enough.
    fn first_stated(delivery: &Delivery) -> Option<Self> {
        let EventTypeLocation::Body { pointers: [pointer], completed_by: None } = W::EVENT_TYPE else { return None };
        let stating = pointer.strip_prefix('/').filter(|name| !name.contains(['/', '~']))?;
        let mut reader = Reader::new(str::from_utf8(delivery.raw()).ok()?);
        let mut members = reader.object("").ok()?;
        while let Some(name) = members.next().ok()? {
            if *name == *stating {
                let known = W::EventType::parse(&members.reader().string().ok()?)?;
                return Some(Self::Known(known, Some(stating)));
            }
            members.skip().ok()?;
        }
        None
    }

    /// The event type with this name, or with the name completed by the body.
    fn completed(
        name: Option<String>,
        completed_by: Option<Completion>,
        delivery: &Delivery,
    ) -> Result<Self, DecodeError> {
        let Some(name) = name else { return Ok(Self::Unknown(None)) };
        let part = completed_by.map(|Completion { pointer, .. }| text_at(pointer, delivery)).transpose()?.flatten();
        let full =
            completed_by.zip(part).map(|(Completion { separator, .. }, part)| format!("{name}{separator}{part}"));
        let known = full.as_deref().and_then(W::EventType::parse).or_else(|| W::EventType::parse(&name));
        Ok(known.map_or_else(|| Self::Unknown(Some(full.unwrap_or(name))), |known| Self::Known(known, None)))
    }
}

/// The string at the first of these places that has one.
fn in_body(delivery: &Delivery, pointers: &'static [&'static str]) -> Result<Option<String>, DecodeError> {
    // Bodies differ: a problem at one place is an error only if no other place has a string.
    let mut mismatch = None;
    for pointer in pointers {
        match find(pointer, delivery) {
            Ok(Some(name)) => return Ok(Some(name)),
            Ok(None) => {}
            Err(error) if error.kind() == DecodeErrorKind::Mismatch => mismatch = mismatch.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    mismatch.map_or(Ok(None), Err)
}

/// Reads a delivery whose event type is known, and detects a second one later if it is unsettled.
pub(crate) fn read<T>(
    delivery: &Delivery,
    unsettled: Unsettled,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    codec::from_slice_with(delivery.raw(), delivery.decode_memory(), |reader| {
        if let Some(name) = unsettled {
            reader.once(name);
        }
        read(reader)
    })
}

/// The same, and finds what the body has that the description does not list. The member that states the event type is
/// known, even if the description does not list it. The memory of the values is shared with other deliveries, if it is limited.
pub(crate) fn read_with_drift<W: Webhooks, T>(
    delivery: &Delivery,
    unsettled: Unsettled,
    holding: Option<&Arc<Holding>>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<(T, Vec<Drift>), DecodeError> {
    codec::from_slice_with_drift(delivery.raw(), delivery.decode_memory(), holding, |reader| {
        reader.expect(|path| W::EVENT_TYPE.is_stated_at(path));
        if let Some(name) = unsettled {
            reader.once(name);
        }
        read(reader)
    })
}

/// Reads a value as text.
type ReadText = fn(&mut Reader<'_>) -> Result<String, DecodeError>;

/// The whole body is read, so that a second event type is detected.
fn find(pointer: &str, delivery: &Delivery) -> Result<Option<String>, DecodeError> {
    find_with(pointer, delivery, string)
}

fn find_with(pointer: &str, delivery: &Delivery, read: ReadText) -> Result<Option<String>, DecodeError> {
    codec::from_slice_with(delivery.raw(), delivery.decode_memory(), |reader| text_below(pointer, reader, read))
}

fn string(reader: &mut Reader<'_>) -> Result<String, DecodeError> {
    reader.string().map(Into::into)
}

fn string_or_number(reader: &mut Reader<'_>) -> Result<String, DecodeError> {
    if let Kind::Number = reader.kind()? { reader.skip().map(str::to_owned) } else { string(reader) }
}

/// A body may have something else at that place; whether it matches is not decided here.
fn text_at(pointer: &'static str, delivery: &Delivery) -> Result<Option<String>, DecodeError> {
    match find(pointer, delivery) {
        Err(error) if error.kind() == DecodeErrorKind::Mismatch => Ok(None),
        found => found,
    }
}

/// Reads a value and returns the text at the pointer within it.
fn text_below(pointer: &str, reader: &mut Reader<'_>, read: ReadText) -> Result<Option<String>, DecodeError> {
    let Some((segment, rest)) = pointer::split_first(pointer) else {
        return read(reader).map(Some);
    };
    if let (Kind::Array, Ok(wanted)) = (reader.kind()?, segment.parse::<usize>()) {
        let mut elements = reader.array(&"an array")?;
        let mut found = None;
        loop {
            let is_wanted = elements.count() == wanted;
            let read_element = |reader: &mut Reader<'_>| {
                if is_wanted { text_below(rest, reader, read) } else { reader.skip().map(|_| None) }
            };
            match elements.next_with(read_element)? {
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
            found = Some(text_below(rest, members.reader(), read).map_err(|error| error.below(&segment))?);
        } else {
            return Err(members.duplicate(&segment));
        }
    }
    Ok(found.flatten())
}

//! What the webhooks and schemas of a description say in one dialect, as `--emit normalized` prints it.

mod absent;
mod places;
mod schemas;
mod webhooks;

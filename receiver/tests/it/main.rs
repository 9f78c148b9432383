//! Tests through the public interface.

mod acme;
mod codec;
mod formats;
mod http_layer;
mod json_bodies;
mod mounted;
mod numbers;
mod properties;
mod routing;
mod schemes;
mod secrets;
mod signatures;
mod unions;

use expect_test::expect;

use super::*;
use crate::testing::Input;

const SPEC: &str = r##"
    openapi: 3.1.0
    info: {title: Acme, version: '7'}
    servers: [{url: https://acme.example, description: The only one}]
    tags: [{name: orders}]
    webhooks:
      order.paid:
        post:
          tags: [orders]
          summary: An order is paid
          operationId: orderPaid
          parameters: [{name: X-Try, in: header, schema: {type: string, enum: [first, again]}}]
          requestBody:
            content:
              application/json:
                schema: {$ref: '#/components/schemas/order'}
                example: {type: order.paid, id: 1, state: open, total: 12345678901234567890.10}
    components:
      schemas:
        order:
          type: object
          required: [type, id, state, total]
          properties:
            type: {const: order.paid}
            id: {type: integer, format: int64, minimum: 1, description: Its number.}
            state: {enum: [open, closed]}
            total: {type: number}
            note: {type: [string, 'null'], format: date-time}
            payment: {oneOf: [{type: string}, {type: array, items: {type: boolean}}]}
"##;

fn catalogue() -> String {
    let (files, _) = Input { spec: SPEC, config: "[event-type]\npointer = \"/type\"\n" }.files();
    files[FILE].clone()
}

#[test]
fn has_what_a_receiver_sees() {
    expect![[r##"
        {
          "format": 1,
          "crate": "acme-webhooks",
          "version": "0.1.0",
          "vendor": "Acme",
          "receiver": {
            "contract": 1,
            "version": "1"
          },
          "reexports": [
            "DecodeError",
            "Delivery",
            "Fallback",
            "HandlerState",
            "HmacScheme",
            "Integer",
            "JsonValue",
            "Number",
            "Outcome",
            "Payload",
            "Reason",
            "Receiver",
            "ReceiverService",
            "Secret",
            "SecretError",
            "StandardWebhooks",
            "Text",
            "TextSecret",
            "Undeclared",
            "UnknownEvent",
            "UnknownName",
            "Unrouted",
            "Verifier",
            "VerifyError"
          ],
          "info": {
            "title": "Acme",
            "version": "7"
          },
          "servers": [
            {
              "url": "https://acme.example",
              "description": "The only one"
            }
          ],
          "tags": [
            {
              "name": "orders"
            }
          ],
          "event_type": {
            "pointers": [
              "/type"
            ],
            "separator": "."
          },
          "event_types": [
            {
              "name": "order.paid",
              "rust": "OrderPaid",
              "topic": "order",
              "payload": "OrderPaid",
              "webhook": "order.paid",
              "method": "post",
              "media_type": "application/json",
              "operation_id": "orderPaid",
              "summary": "An order is paid",
              "tags": [
                "orders"
              ],
              "headers": [
                {
                  "name": "X-Try",
                  "values": ["first", "again"]
                }
              ],
              "examples": [
                {
                  "file": "fixtures/order_paid.json",
                  "hash": "e51a5e1626772e6f"
                }
              ],
              "source": "#/webhooks/order.paid"
            }
          ],
          "topics": [
            {
              "name": "order",
              "rust": "Order"
            }
          ],
          "accessors": [
            {
              "rust": "id",
              "member": "id",
              "type": "int64"
            },
            {
              "rust": "note",
              "member": "note",
              "type": {
                "format": "date-time"
              }
            },
            {
              "rust": "payment",
              "member": "payment",
              "type": {
                "ref": "OrderPaidPayment"
              }
            },
            {
              "rust": "state",
              "member": "state",
              "type": {
                "ref": "OrderPaidState"
              }
            },
            {
              "rust": "total",
              "member": "total",
              "type": "number"
            }
          ],
          "types": {
            "OrderPaid": {
              "module": "order",
              "source": "#/webhooks/order.paid/post/requestBody/content/application~1json/schema",
              "is": {
                "struct": {
                  "fields": [{"name": "type", "rust": "r#type", "presence": "required", "type": {"constant": "order.paid"}, "source": "#/components/schemas/order/properties/type"}, {"name": "id", "rust": "id", "presence": "required", "type": "int64", "docs": {"description": "Its number.", "constraints": [["minimum", 1]]}, "source": "#/components/schemas/order/properties/id"}, {"name": "state", "rust": "state", "presence": "required", "type": {"ref": "OrderPaidState"}, "source": "#/components/schemas/order/properties/state"}, {"name": "total", "rust": "total", "presence": "required", "type": "number", "source": "#/components/schemas/order/properties/total"}, {"name": "note", "rust": "note", "presence": "optional-nullable", "type": {"format": "date-time"}, "source": "#/components/schemas/order/properties/note"}, {"name": "payment", "rust": "payment", "presence": "optional", "type": {"ref": "OrderPaidPayment"}, "source": "#/components/schemas/order/properties/payment"}],
                  "rest": {"rust": "undeclared"}
                }
              }
            },
            "OrderPaidPayment": {
              "module": "order",
              "source": "#/components/schemas/order/properties/payment",
              "is": {
                "union": {
                  "variants": [{"rust": "List", "type": {"list": "boolean"}, "source": "#/components/schemas/order/properties/payment/oneOf/1"}, {"rust": "String", "type": "string", "source": "#/components/schemas/order/properties/payment/oneOf/0"}],
                  "unknown": "Unknown"
                }
              }
            },
            "OrderPaidState": {
              "module": "order",
              "source": "#/components/schemas/order/properties/state",
              "is": {
                "enum": {
                  "values": [{"value": "open", "rust": "Open", "source": "#/components/schemas/order/properties/state/enum/0"}, {"value": "closed", "rust": "Closed", "source": "#/components/schemas/order/properties/state/enum/1"}],
                  "unknown": "Unknown",
                  "keeps": "string"
                }
              }
            }
          }
        }
    "##]].assert_eq(&catalogue());
}

#[test]
fn reads_what_it_writes() {
    let text = catalogue();
    let read = Catalogue::from_json(&text).unwrap();
    assert_eq!(read.to_json(), text);
    assert_eq!(Catalogue::from_json(&serde_json::to_string_pretty(&read).unwrap()).unwrap(), read);

    let other = text.replacen("\"format\": 1", "\"format\": 2", 1);
    let error = Catalogue::from_json(&other).unwrap_err();
    assert_eq!(error.to_string(), "this is format 2 of a catalogue; this version reads format 1");
    let error = Catalogue::from_json(&text.replacen("\"vendor\"", "\"seller\"", 1)).unwrap_err();
    assert!(error.message.contains("unknown field `seller`") && error.position.is_some(), "{error}");
    let error = Catalogue::from_json(&text.replace("    \"OrderPaidState\": {", "    \"Other\": {")).unwrap_err();
    assert_eq!(error.to_string(), "`OrderPaid` uses the type `OrderPaidState`, which is not in `types`");
    let error = Catalogue::from_json(&text.replace("{\"list\": \"boolean\"}", "{\"ref\": \"OrderPaidPayment\"}"));
    assert_eq!(
        error.unwrap_err().to_string(),
        "`OrderPaidPayment` is, or contains, a type that contains itself without an object or an array in between"
    );
}

"""SendGrid's erasure of recipients on loopback: it holds each request to the published contract, and to nothing more."""

import json

import jsonschema

from servers.posted import Posted, PostedServer, Reply

API_KEY = "SG.a-key-of-the-tests"
JOB = "12a975bd-c742-4713-8f47-cb3ae4e56c74"
# Our own words for what the contract says; unknown keys are refused, which the contract leaves open.
REQUEST = {
    "type": "object",
    "required": ["email_addresses"],
    "additionalProperties": False,
    "properties": {
        "email_addresses": {
            "type": "array",
            "minItems": 1,
            "maxItems": 5000,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
        }
    },
}
MOST_OCTETS = 256 * 1024


def sendgrid() -> PostedServer:
    """Return the server, to be entered; only a request of the contract is answered with a job."""
    return PostedServer(_judge)


def _judge(request: Posted) -> Reply:
    status, wrong = _status(request)
    answer = {"errors": [{"message": wrong, "field": ""}]} if wrong else {"job_id": JOB}
    headers = {"Content-Type": "application/json"}
    return Reply(status=status, body=json.dumps(answer).encode(), headers=headers)


def _status(request: Posted) -> tuple[int, str]:
    if (request.method, request.path) != ("POST", "/v3/recipients/erasejob"):
        return 404, "Not Found"
    if request.headers.get("authorization") != f"Bearer {API_KEY}":
        return 401, "Failed to authenticate"
    if len(request.body) > MOST_OCTETS:
        return 413, "too large"
    return (202, "") if _fits(request) else (400, "not as the contract says")


def _fits(request: Posted) -> bool:
    try:
        jsonschema.validate(json.loads(request.body), REQUEST)
    except (ValueError, jsonschema.ValidationError):
        return False
    return request.headers.get("content-type") == "application/json"

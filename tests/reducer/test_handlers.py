"""The tables of types say the same types."""

from app.contract.constants import COLLABORATION_EVENT_TYPES
from app.contract.payloads import PAYLOAD_MODELS
from app.reducer.handlers import HANDLERS


def test_every_type_has_its_handler_and_its_payload() -> None:
    assert set(HANDLERS) == set(PAYLOAD_MODELS) == COLLABORATION_EVENT_TYPES

"""The tables of types say the same types."""

from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.reducer.handlers import HANDLERS


def test_every_type_has_its_handler_and_its_payload() -> None:
    assert set(HANDLERS) == set(PAYLOAD_MODELS) == COLLABORATION_EVENT_TYPES

"""`GET /stories` and `GET /stories/{name}`: example batches, ready to be posted to any endpoint that takes events."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import answer, document
from app.api.examples.stories import STORIES
from app.api.negotiation import JSON, require_acceptable
from app.api.operation import IF_NONE_MATCH, Operation, Service
from app.api.request_parts import header
from app.api.schemas.guide import StoryBatch, StoryEntry, StoryIndex
from app.problems import unknown_name, url_prefix


async def list_stories(request: Request, service: Service) -> Response:
    """List the stories."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    entries = [
        StoryEntry(
            name=name,
            title=story.title,
            about=story.about,
            events=len(story.events),
            href=f"{url_prefix.get()}/stories/{name}",
        )
        for name, story in STORIES.items()
    ]
    index = document(StoryIndex(stories=entries).model_dump_json().encode(), JSON)
    return answer(index, header(request.scope, b"if-none-match"))


async def get_story(request: Request, service: Service) -> Response:
    """Answer with the events of one story; raises `not-found`."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    name = request.path_params["name"]
    if name not in STORIES:
        raise unknown_name("not-found", "story", name, STORIES, parameter="name", index="/stories")
    return answer(BATCHES[name], header(request.scope, b"if-none-match"))


BATCHES: Final = {
    name: document(StoryBatch(events=list(story.events)).model_dump_json().encode(), JSON)
    for name, story in STORIES.items()
}
"""Name of a story → its events as they are sent."""
NAME: Final = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "A story's name.",
    "schema": {"type": "string", "enum": list(STORIES)},
    "example": "morning",
}
LIST_STORIES: Final = Operation(
    method="get",
    path="/stories",
    operation_id="listStories",
    tag="Guide",
    summary="List the example batches",
    description="Every example batch with its name, title and address.",
    handler=list_stories,
    answer=StoryIndex,
    answered="All stories.",
    answer_headers=("ETag", "Cache-Control"),
    parameters=(IF_NONE_MATCH,),
    problems=("not-acceptable",),
)
GET_STORY: Final = Operation(
    method="get",
    path="/stories/{name}",
    operation_id="getStory",
    tag="Guide",
    summary="Fetch an example batch",
    description=(
        "A body for `/explain`, `/reduce`, `/validate/batch` or `/admit`, ready to be sent. `morning` is real input "
        "from several producers: some events are late, some come twice, and five are faulty."
    ),
    handler=get_story,
    answer=StoryBatch,
    answered="The events of the story, in the order in which they arrived.",
    answer_headers=("ETag", "Cache-Control"),
    parameters=(NAME, IF_NONE_MATCH),
    problems=("not-found", "not-acceptable"),
)

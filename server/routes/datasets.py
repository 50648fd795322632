"""Data sets: words to learn from."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from server.errors import Invalid
from server.routes.access import AppSettings, Host, errors, read_body
from server.schemas.datasets import DatasetInfo

router = APIRouter(prefix="/api/datasets", tags=["data sets"])

MULTIPART_OVERHEAD = 10_000  # Bytes of boundaries and headers around the file itself.
MISNAMED = "the form cannot be read: its names are not in the character set that it says"
WORDS_BODY = {
    "requestBody": {
        "required": True,
        "description": "Words, one a line, in UTF-8: as plain text, or as a file in a form.",
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "contentMediaType": "text/plain"}},
                }
            },
        },
    }
}


@router.get("")
async def list_datasets(host: Host) -> list[DatasetInfo]:
    """All data sets, `names` first."""
    return host.datasets()


@router.post("", status_code=201, responses=errors(413, 422), openapi_extra=WORDS_BODY)
async def add_dataset(
    request: Request,
    host: Host,
    settings: AppSettings,
    name: Annotated[str | None, Query(min_length=1, max_length=200, description="What to call it.")] = None,
) -> DatasetInfo:
    """Add a data set."""
    content_type = request.headers.get("content-type", "text/plain").split(";")[0].strip().lower()
    if content_type == "text/plain":
        return await host.add_dataset(await read_body(request, settings.max_body_bytes), name or "words")
    if content_type == "multipart/form-data":
        filename, content = await _uploaded_file(request, settings.max_body_bytes + MULTIPART_OVERHEAD)
        return await host.add_dataset(content, name or filename)
    raise Invalid(f"content type {content_type!r}: send text/plain, or multipart/form-data with a file")


async def _uploaded_file(request: Request, limit: int) -> tuple[str, bytes]:
    body = await read_body(request, limit)

    async def chunks() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, chunks(), max_files=1).parse()
    except MultiPartException as error:
        raise Invalid(f"the form cannot be read: {error.message}") from None
    except UnicodeError:
        raise Invalid(MISNAMED) from None
    try:
        file = next((value for value in form.values() if isinstance(value, UploadFile)), None)
        if file is None:
            raise Invalid("the form has no file; send one file of words, one a line")
        name = file.filename or "words"
        name.encode()  # Raises where the client's character set makes half a character of it.
        return name, await file.read()
    except UnicodeEncodeError:
        raise Invalid(MISNAMED) from None
    finally:
        await form.close()

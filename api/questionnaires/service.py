"""Questionnaires and their versions. A draft becomes published and then never changes."""

from asyncio import to_thread
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.access.actor import Actor
from api.core import clock
from api.core.database import Connection, save
from api.core.paging import Paging
from api.core.problems import Invalid, NotFound, WrongState
from api.core.revisions import demand
from api.questionnaires.form import examine
from api.questionnaires.publishing import PublicationOut, nothing_moved, what_moves
from api.questionnaires.schemas import Form, QuestionnaireIn, QuestionnaireOut, VersionFilter, VersionIn
from api.questionnaires.trials import TrialIn, TrialOut, try_form
from api.questionnaires.xform import xform
from api.questionnaires.xlsform import workbook
from api.questionnaires.xlsform_reading import read_xlsform
from api.tables import Questionnaire, QuestionnaireStatus, QuestionnaireVersion

# a version changes once, when it is published: that is its revision
REVISIONS = {QuestionnaireStatus.DRAFT: 1, QuestionnaireStatus.PUBLISHED: 2}
MAX_VERSION = 2**31 - 1


async def version_exists(connection: Connection, questionnaire_id: UUID, version: int) -> bool:
    """Whether this version of the questionnaire has been published: answers may name no other."""
    return bool(
        await connection.fetchval(
            "select exists (select from questionnaire_versions where questionnaire_id = $1 and version = $2::bigint"
            " and status = 'published')",
            questionnaire_id,
            version,
        )
    )


async def list_questionnaires(session: AsyncSession, wanted: Paging) -> list[QuestionnaireOut]:
    """One more questionnaire than a page holds, oldest first."""
    query = select(Questionnaire).order_by(col(Questionnaire.id)).limit(wanted.limit + 1)
    if (after := wanted.after(UUID)) is not None:
        query = query.where(col(Questionnaire.id) > after[0])
    return await _with_latest(session, list((await session.exec(query)).all()))


async def create_questionnaire(session: AsyncSession, actor: Actor, body: QuestionnaireIn) -> QuestionnaireOut:
    """Name a questionnaire; 409 when its code is taken."""
    made = await save(session, Questionnaire.model_validate(body.model_dump() | {"created_at": clock.now()}))
    await actor.note("questionnaire.created", made.id)
    return (await _with_latest(session, [made]))[0]


async def list_versions(
    session: AsyncSession, questionnaire_id: UUID, wanted: VersionFilter
) -> list[QuestionnaireVersion]:
    """One more version than a page holds, in the order of their numbers; raises `NotFound`."""
    if await session.get(Questionnaire, questionnaire_id) is None:
        raise NotFound
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.questionnaire_id == questionnaire_id)
    query = query.order_by(col(QuestionnaireVersion.version)).limit(wanted.limit + 1)
    if wanted.status is not None:
        query = query.where(QuestionnaireVersion.status == wanted.status)
    if (after := wanted.after(int)) is not None:
        if not 0 < after[0] <= MAX_VERSION:
            raise Invalid("query:cursor", "bad_cursor")
        query = query.where(col(QuestionnaireVersion.version) > after[0])
    return list((await session.exec(query)).all())


async def read_version(
    session: AsyncSession, questionnaire_id: UUID, version: int, *, hold: bool = False
) -> QuestionnaireVersion:
    """One version of a questionnaire, held against others if asked; raises `NotFound`."""
    query = select(QuestionnaireVersion).where(
        QuestionnaireVersion.questionnaire_id == questionnaire_id, QuestionnaireVersion.version == version
    )
    found = (await session.exec(query.with_for_update() if hold else query)).first()
    if found is None:
        raise NotFound
    return found


async def write_xform(session: AsyncSession, questionnaire_id: UUID, version: int) -> bytes:
    """A version as an XForm for ODK Collect; raises `NotFound`."""
    return await to_thread(xform, *await _named(session, questionnaire_id, version))


async def write_xlsform(session: AsyncSession, questionnaire_id: UUID, version: int) -> bytes:
    """A version as a workbook of XLSForm; raises `NotFound`."""
    return await to_thread(workbook, *await _named(session, questionnaire_id, version))


async def _named(session: AsyncSession, questionnaire_id: UUID, version: int) -> tuple[str, str, int, Form]:
    found = await read_version(session, questionnaire_id, version)
    named = await session.get_one(Questionnaire, questionnaire_id)
    return named.code, named.title, version, Form.model_validate(found.content)


async def add_version(
    session: AsyncSession, actor: Actor, questionnaire_id: UUID, body: VersionIn
) -> QuestionnaireVersion:
    """Store a draft under the next number, if the form hangs together."""
    if await session.get(Questionnaire, questionnaire_id, with_for_update=True) is None:
        raise NotFound
    examine(body.content)
    return await _store_draft(session, actor, questionnaire_id, body.content)


async def take_xlsform(
    session: AsyncSession, actor: Actor, questionnaire_id: UUID, data: bytes
) -> QuestionnaireVersion:
    """Store the form of a workbook as a draft; raises `WorkbookRefused` with every cell that cannot be taken in."""
    named = await session.get(Questionnaire, questionnaire_id)
    if named is None:
        raise NotFound
    form = await to_thread(read_xlsform, data, named.code, named.title)
    await session.get(Questionnaire, questionnaire_id, with_for_update=True)
    return await _store_draft(session, actor, questionnaire_id, form)


async def _store_draft(session: AsyncSession, actor: Actor, questionnaire_id: UUID, form: Form) -> QuestionnaireVersion:
    highest = select(func.max(QuestionnaireVersion.version)).where(
        QuestionnaireVersion.questionnaire_id == questionnaire_id
    )
    made = QuestionnaireVersion(
        questionnaire_id=questionnaire_id,
        version=((await session.exec(highest)).one() or 0) + 1,
        content=form.model_dump(mode="json", by_alias=True),
        created_at=clock.now(),
    )
    await save(session, made)
    await actor.note("questionnaire.version_added", questionnaire_id, version=made.version)
    return made


async def try_version(session: AsyncSession, questionnaire_id: UUID, version: int, body: TrialIn) -> TrialOut:
    """What a version finds in made-up answers; nothing is stored. Raises `NotFound`."""
    return try_form(Form.model_validate((await read_version(session, questionnaire_id, version)).content), body)


async def publish_version(
    session: AsyncSession, connection: Connection, actor: Actor, questionnaire_id: UUID, version: int, seen: str
) -> tuple[QuestionnaireVersion, PublicationOut]:
    """Publish a draft: open work asks it from now on, answers may name it, it never changes; with what that moves."""
    await session.get(
        Questionnaire, questionnaire_id, with_for_update=True
    )  # one at a time: each tells what it replaces
    found = await read_version(session, questionnaire_id, version, hold=True)
    demand(seen, REVISIONS[found.status])
    if found.status is QuestionnaireStatus.PUBLISHED:
        raise WrongState(allowed=[])
    form = Form.model_validate(found.content)
    moves = await what_moves(connection, questionnaire_id, version, form, clock.now())
    found.status, found.publication = QuestionnaireStatus.PUBLISHED, moves.model_dump(mode="json")
    await save(session, found)
    await actor.note(
        "questionnaire.version_published", questionnaire_id, version=version, assignments=moves.assignments
    )
    return found, moves


async def read_publication(
    session: AsyncSession, connection: Connection, questionnaire_id: UUID, version: int
) -> PublicationOut:
    """What publishing a draft would move, or what publishing this version moved; raises `NotFound`."""
    found = await read_version(session, questionnaire_id, version)
    form = Form.model_validate(found.content)
    if found.status is QuestionnaireStatus.DRAFT:
        return await what_moves(connection, questionnaire_id, version, form)
    if found.publication is None:
        return nothing_moved(version, form, found.created_at)
    return PublicationOut.model_validate(found.publication)


async def _with_latest(session: AsyncSession, found: list[Questionnaire]) -> list[QuestionnaireOut]:
    version = QuestionnaireVersion
    published = (
        select(version.questionnaire_id, func.max(version.version))
        .where(version.status == QuestionnaireStatus.PUBLISHED)
        .where(col(version.questionnaire_id).in_([one.id for one in found]))
        .group_by(col(version.questionnaire_id))
    )
    latest = dict((await session.exec(published)).all())
    return [QuestionnaireOut.model_validate(one.model_dump() | {"latest_version": latest.get(one.id)}) for one in found]

"""first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_subject_id"), "audit_events", ["subject_id"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("household_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_disclosures")),
    )
    op.create_index("ix_disclosures_households", "disclosures", ["household_ids"], unique=False, postgresql_using="gin")
    op.create_table(
        "questionnaires",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaires")),
        sa.UniqueConstraint("code", name=op.f("uq_questionnaires_code")),
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("bps_code", sa.String(length=10), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "city", "district", "village", name="regionlevel", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("parent", sa.String(length=13), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["regions.code"], name=op.f("fk_regions_parent_regions")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
        sa.UniqueConstraint("bps_code", name=op.f("uq_regions_bps_code")),
    )
    op.create_index(op.f("ix_regions_parent"), "regions", ["parent"], unique=False)
    op.create_table(
        "staged_people",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("household_key", sa.String(length=80), nullable=False),
        sa.Column("household_ref", sa.String(length=80), nullable=True),
        sa.Column("household_source_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("region_code", sa.String(length=13), nullable=False),
        sa.Column("rw", sa.String(length=3), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("no_kk", sa.LargeBinary(), nullable=True),
        sa.Column("no_kk_index", sa.LargeBinary(), nullable=True),
        sa.Column("nik", sa.LargeBinary(), nullable=True),
        sa.Column("nik_index", sa.LargeBinary(), nullable=True),
        sa.Column("nik_missing_reason", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("born_at", sa.String(length=80), nullable=True),
        sa.Column("relation", sa.String(length=40), nullable=True),
        sa.Column("occupation", sa.String(length=80), nullable=True),
        sa.Column("mother_name", sa.String(length=120), nullable=True),
        sa.Column("programmes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("desil", sa.Integer(), nullable=True),
        sa.Column("makes", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "row_no", name=op.f("pk_staged_people")),
    )
    op.create_index("ix_staged_people_group", "staged_people", ["import_id", "household_key"], unique=False)
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("region_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("span", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=True),
        sa.Column("criteria_set", sa.String(length=60), nullable=True),
        sa.Column("impact_assessment_ref", sa.String(length=120), nullable=True),
        sa.Column("statistical_recommendation_no", sa.String(length=120), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "preparation",
                "fieldwork",
                "review",
                "closed",
                name="campaignstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaires.id"], name=op.f("fk_campaigns_questionnaire_id_questionnaires")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("code", name=op.f("uq_campaigns_code")),
    )
    op.create_table(
        "questionnaire_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "published", name="questionnairestatus", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaires.id"],
            name=op.f("fk_questionnaire_versions_questionnaire_id_questionnaires"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_versions")),
        sa.UniqueConstraint(
            "questionnaire_id", "version", name=op.f("uq_questionnaire_versions_questionnaire_id_version")
        ),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column("district_code", sa.String(length=13), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_teams_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["district_code"], ["regions.code"], name=op.f("fk_teams_district_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("campaign_id", "coordinator_id", name=op.f("uq_teams_campaign_id_coordinator_id")),
        sa.UniqueConstraint("campaign_id", "name", name=op.f("uq_teams_campaign_id_name")),
    )
    op.create_table(
        "trainings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("venue", sa.String(length=160), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("instructors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_trainings_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
    )
    op.create_index(op.f("ix_trainings_campaign_id"), "trainings", ["campaign_id"], unique=False)
    op.create_table(
        "principals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("staff", "client", name="principalkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "bappeda",
                "coordinator",
                "enumerator",
                "diskominfo",
                "observer",
                "client",
                name="principalrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_principals_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principals")),
    )
    op.create_index(op.f("ix_principals_team_id"), "principals", ["team_id"], unique=False)
    op.create_table(
        "clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("agency", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["principals.id"], name=op.f("fk_clients_id_principals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("client_id", name=op.f("uq_clients_client_id")),
    )
    op.create_table(
        "credentials",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_credentials_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("principal_id", name=op.f("pk_credentials")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_idempotency_keys_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("principal_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("layout", sa.String(length=30), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("create_households", sa.Boolean(), nullable=False),
        sa.Column("desil_max", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "checking",
                "done",
                "failed",
                name="importstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("by_code", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_imports_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name=op.f("fk_imports_created_by_principals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_campaign_id"), "imports", ["campaign_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_receipts_principal_id_principals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_principal_id"), "receipts", ["principal_id"], unique=False)
    op.create_index(op.f("ix_receipts_subject_id"), "receipts", ["subject_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.String(length=80), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_refresh_tokens_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_family_id"), "refresh_tokens", ["family_id"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_principal_id"), "refresh_tokens", ["principal_id"], unique=False)
    op.create_table(
        "releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_releases_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name=op.f("fk_releases_created_by_principals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_releases_campaign_id_number")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["principals.id"], name=op.f("fk_staff_id_principals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
    )
    op.create_table(
        "activation_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_activation_codes_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_activation_codes_code_hash")),
    )
    op.create_index(op.f("ix_activation_codes_staff_id"), "activation_codes", ["staff_id"], unique=False)
    op.create_table(
        "client_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_client_secrets_client_id_clients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_secrets")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_client_secrets_secret_hash")),
    )
    op.create_index(op.f("ix_client_secrets_client_id"), "client_secrets", ["client_id"], unique=False)
    op.create_table(
        "households",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=13), nullable=False),
        sa.Column("rw", sa.String(length=3), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("head_name", sa.String(length=120), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "moved",
                "not_found",
                "merged",
                "split",
                "inactive",
                name="householdstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("enumerator_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("split_from", sa.Uuid(), nullable=True),
        sa.Column("added_by_call", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["enumerator_id"], ["staff.id"], name=op.f("fk_households_enumerator_id_staff")),
        sa.ForeignKeyConstraint(["merged_into"], ["households.id"], name=op.f("fk_households_merged_into_households")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_households_region_code_regions")),
        sa.ForeignKeyConstraint(["split_from"], ["households.id"], name=op.f("fk_households_split_from_households")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_households_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
    )
    op.create_index("ix_households_enumerator", "households", ["enumerator_id", "id"], unique=False)
    op.create_index("ix_households_place", "households", ["region_code", "rw", "rt", "id"], unique=False)
    op.create_index("ix_households_team", "households", ["team_id", "id"], unique=False)
    op.create_table(
        "import_findings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column(
            "level",
            sa.Enum("error", "warning", name="findinglevel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_findings_import_id_imports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_findings")),
    )
    op.create_index("ix_import_findings_place", "import_findings", ["import_id", "row_no", "id"], unique=False)
    op.create_table(
        "release_manifests",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_manifests_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", "reader", "edition", name=op.f("pk_release_manifests")),
    )
    op.create_table(
        "released_households",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("verdict_revision", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=13), nullable=False),
        sa.Column("rw", sa.String(length=3), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("head_name", sa.String(length=120), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("field_result", sa.String(length=40), nullable=False),
        sa.Column("eligibility", sa.String(length=40), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("criteria", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("criteria_set", sa.String(length=60), nullable=True),
        sa.Column("registry_action", sa.String(length=40), nullable=False),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("p3ke_desil", sa.Integer(), nullable=True),
        sa.Column("programmes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_released_households_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("release_id", "household_id", name=op.f("pk_released_households")),
    )
    op.create_table(
        "released_members",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("family_no", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("born_at", sa.String(length=80), nullable=True),
        sa.Column("relation", sa.String(length=40), nullable=True),
        sa.Column("occupation", sa.String(length=80), nullable=True),
        sa.Column("mother_name", sa.String(length=120), nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.Column("no_kk", sa.LargeBinary(), nullable=True),
        sa.Column("programmes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("whereabouts", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_released_members_release_id_releases")),
        sa.PrimaryKeyConstraint("release_id", "household_id", "member_id", name=op.f("pk_released_members")),
    )
    op.create_table(
        "team_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_team_members_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_team_members_staff_id_staff")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_staff_id"), "team_members", ["staff_id"], unique=False)
    op.create_index(op.f("ix_team_members_team_id"), "team_members", ["team_id"], unique=False)
    op.create_index(
        "uq_team_members_open",
        "team_members",
        ["campaign_id", "staff_id"],
        unique=True,
        postgresql_where=sa.text("ends_on is null"),
    )
    op.create_table(
        "training_attendances",
        sa.Column("training_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_training_attendances_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["training_id"], ["trainings.id"], name=op.f("fk_training_attendances_training_id_trainings")
        ),
        sa.PrimaryKeyConstraint("training_id", "staff_id", name=op.f("pk_training_attendances")),
    )
    op.create_index(op.f("ix_training_attendances_staff_id"), "training_attendances", ["staff_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("enumerator_id", sa.Uuid(), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "unassigned",
                "open",
                "downloaded",
                "submitted",
                "returned",
                "approved",
                "completed",
                "cancelled",
                name="assignmentstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "verdict_stage",
            sa.Enum(
                "proposed",
                "reviewed",
                "decided",
                "deliberated",
                "endorsed",
                name="verdictstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "field_result",
            sa.Enum(
                "completed",
                "not_found",
                "moved",
                "part_of_other",
                "refused",
                "duplicate",
                "no_respondent",
                name="fieldresult",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "eligibility",
            sa.Enum(
                "eligible",
                "not_eligible",
                "to_deliberation",
                "undetermined",
                name="eligibility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "registry_status",
            sa.Enum(
                "none",
                "submitted",
                "accepted",
                "refused",
                name="registrystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="none",
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_assignments_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["enumerator_id"], ["staff.id"], name=op.f("fk_assignments_enumerator_id_staff")),
        sa.ForeignKeyConstraint(["holder_id"], ["staff.id"], name=op.f("fk_assignments_holder_id_staff")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_assignments_household_id_households")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_assignments_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("campaign_id", "household_id", name=op.f("uq_assignments_campaign_id_household_id")),
    )
    op.create_index("ix_assignments_holder", "assignments", ["holder_id", "id"], unique=False)
    op.create_index(op.f("ix_assignments_household_id"), "assignments", ["household_id"], unique=False)
    op.create_index("ix_assignments_state", "assignments", ["campaign_id", "status", "id"], unique=False)
    op.create_index("ix_assignments_team", "assignments", ["team_id", "id"], unique=False)
    op.create_table(
        "families",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("no_kk", sa.LargeBinary(), nullable=True),
        sa.Column("no_kk_index", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_families_household_id_households")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_families")),
        sa.UniqueConstraint("household_id", "no", name=op.f("uq_families_household_id_no")),
    )
    op.create_index(op.f("ix_families_no_kk_index"), "families", ["no_kk_index"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("family_no", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=True),
        sa.Column("nik_index", sa.LargeBinary(), nullable=True),
        sa.Column("nik_missing_reason", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("male", "female", name="sex", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("born_at", sa.String(length=80), nullable=True),
        sa.Column("relation", sa.String(length=40), nullable=True),
        sa.Column("occupation", sa.String(length=80), nullable=True),
        sa.Column("mother_name", sa.String(length=120), nullable=True),
        sa.Column(
            "whereabouts",
            sa.Enum(
                "present",
                "deceased",
                "moved",
                "moved_abroad",
                "new",
                "prelist_error",
                "not_found",
                name="whereabouts",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_members_household_id_households")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_household_id"), "members", ["household_id"], unique=False)
    op.create_index("ix_members_name_born", "members", [sa.literal_column("lower(name)"), "born_on"], unique=False)
    op.create_index(op.f("ix_members_nik_index"), "members", ["nik_index"], unique=False)
    op.create_table(
        "assignment_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "unassigned",
                "open",
                "downloaded",
                "submitted",
                "returned",
                "approved",
                "completed",
                "cancelled",
                name="assignmentstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("enumerator_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["principals.id"], name=op.f("fk_assignment_events_actor_id_principals")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_assignment_events_assignment_id_assignments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_events")),
    )
    op.create_index(op.f("ix_assignment_events_assignment_id"), "assignment_events", ["assignment_id"], unique=False)
    op.create_table(
        "household_programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "dtks", "p3ke", "dtsen", "field", name="source", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_household_programmes_household_id_households")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_household_programmes_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_programmes")),
        sa.UniqueConstraint(
            "household_id",
            "member_id",
            "programme",
            name=op.f("uq_household_programmes_household_id_member_id_programme"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "household_sources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "dtks", "p3ke", "dtsen", "field", name="source", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("desil", sa.Integer(), nullable=True),
        sa.Column("percentile", sa.Integer(), nullable=True),
        sa.Column("snapshot_id", sa.Uuid(), nullable=True),
        sa.Column("row_no", sa.Integer(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_household_sources_household_id_households")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_household_sources_member_id_members")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["imports.id"], name=op.f("fk_household_sources_snapshot_id_imports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_sources")),
    )
    op.create_index(
        "uq_household_sources_person",
        "household_sources",
        ["source", "external_id"],
        unique=True,
        postgresql_where=sa.text("member_id is not null"),
    )
    op.create_index(
        "uq_household_sources_household",
        "household_sources",
        ["source", "external_id"],
        unique=True,
        postgresql_where=sa.text("member_id is null"),
    )
    op.create_index("ix_household_sources_household", "household_sources", ["household_id", "source"], unique=False)
    op.create_table(
        "household_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "visit",
                "correction",
                "merge",
                "split",
                name="revisioncause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["principals.id"], name=op.f("fk_household_revisions_author_id_principals")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_household_revisions_household_id_households")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_revisions")),
        sa.UniqueConstraint("household_id", "revision", name=op.f("uq_household_revisions_household_id_revision")),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_verdicts_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_verdicts_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_verdicts_household_id_households")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_verdicts_assignment_id")),
    )
    op.create_index(op.f("ix_verdicts_campaign_id"), "verdicts", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_verdicts_household_id"), "verdicts", ["household_id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("enumerator_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "completed",
                "partial",
                "no_respondent",
                "appointment",
                "refused",
                "not_found",
                "moved",
                "part_of_other",
                "duplicate",
                name="visitoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("mock_location", sa.Boolean(), nullable=True),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("questionnaire_version", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.String(length=80), nullable=True),
        sa.Column("app_version", sa.String(length=40), nullable=True),
        sa.Column("clock_skew_s", sa.Float(), nullable=True),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("submits", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_visits_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["corrects"], ["visits.id"], name=op.f("fk_visits_corrects_visits")),
        sa.ForeignKeyConstraint(["enumerator_id"], ["staff.id"], name=op.f("fk_visits_enumerator_id_staff")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_visits_household_id_households")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_visits_receipt_id_receipts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("sequence", name=op.f("uq_visits_sequence")),
    )
    op.create_index("ix_visits_assignment", "visits", ["assignment_id", "sequence"], unique=False)
    op.create_index(op.f("ix_visits_enumerator_id"), "visits", ["enumerator_id"], unique=False)
    op.create_index(op.f("ix_visits_household_id"), "visits", ["household_id"], unique=False)
    op.create_table(
        "verdict_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "move",
            sa.Enum(
                "propose",
                "approve",
                "return",
                "revoke",
                "confirm",
                "amend",
                "object",
                "deliberate",
                "endorse",
                name="verdictmove",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "proposed",
                "reviewed",
                "decided",
                "deliberated",
                "endorsed",
                name="verdictstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("reason_code", sa.String(length=60), nullable=True),
        sa.Column("comment", sa.String(length=2000), nullable=True),
        sa.Column("remarks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["principals.id"], name=op.f("fk_verdict_events_actor_id_principals")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name=op.f("fk_verdict_events_verdict_id_verdicts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict_events")),
        sa.UniqueConstraint("verdict_id", "number", name=op.f("uq_verdict_events_verdict_id_number")),
    )
    op.create_table(
        "verdict_revisions",
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "field_result",
            sa.Enum(
                "completed",
                "not_found",
                "moved",
                "part_of_other",
                "refused",
                "duplicate",
                "no_respondent",
                name="fieldresult",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "eligibility",
            sa.Enum(
                "eligible",
                "not_eligible",
                "to_deliberation",
                "undetermined",
                name="eligibility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("criteria", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("criteria_set", sa.String(length=60), nullable=True),
        sa.Column(
            "registry_action",
            sa.Enum(
                "keep",
                "correct",
                "deactivate",
                "add",
                "merge",
                "split",
                "transfer",
                name="registryaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.String(length=2000), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["principals.id"], name=op.f("fk_verdict_revisions_author_id_principals")
        ),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name=op.f("fk_verdict_revisions_verdict_id_verdicts")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_verdict_revisions_visit_id_visits")),
        sa.PrimaryKeyConstraint("verdict_id", "revision", name=op.f("pk_verdict_revisions")),
    )
    op.create_index(op.f("ix_verdict_revisions_author_id"), "verdict_revisions", ["author_id"], unique=False)
    op.create_table(
        "deliberations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=13), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes_number", sa.String(length=80), nullable=False),
        sa.Column("attendance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attendance_count", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_deliberations_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["principals.id"], name=op.f("fk_deliberations_recorded_by_principals")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_deliberations_region_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliberations")),
        sa.UniqueConstraint(
            "campaign_id",
            "region_code",
            "minutes_number",
            name=op.f("uq_deliberations_campaign_id_region_code_minutes_number"),
        ),
    )
    op.create_table(
        "deliberated_verdicts",
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("deliberation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "approve",
                "reject",
                "change",
                name="deliberationresult",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deliberation_id"],
            ["deliberations.id"],
            name=op.f("fk_deliberated_verdicts_deliberation_id_deliberations"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["principals.id"], name=op.f("fk_deliberated_verdicts_recorded_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdicts.id"], name=op.f("fk_deliberated_verdicts_verdict_id_verdicts")
        ),
        sa.PrimaryKeyConstraint("verdict_id", "event", name=op.f("pk_deliberated_verdicts")),
    )
    op.create_index(
        op.f("ix_deliberated_verdicts_deliberation_id"), "deliberated_verdicts", ["deliberation_id"], unique=False
    )
    op.create_table(
        "endorsements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("endorsed", sa.Integer(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_endorsements_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["principals.id"], name=op.f("fk_endorsements_recorded_by_principals")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_endorsements_release_id_releases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsements")),
    )
    op.create_index(op.f("ix_endorsements_campaign_id"), "endorsements", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_endorsements_number"), "endorsements", ["number"], unique=False)
    op.create_index(op.f("ix_endorsements_release_id"), "endorsements", ["release_id"], unique=False)
    op.create_table(
        "release_replies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "accepted",
                "refused",
                name="replystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_release_replies_household_id_households")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["principals.id"], name=op.f("fk_release_replies_recorded_by_principals")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_replies_release_id_releases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_replies")),
    )
    op.create_index(
        "ix_release_replies_household",
        "release_replies",
        ["release_id", "household_id", "external_id", "id"],
        unique=False,
    )
    op.create_table(
        "objections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column(
            "objector",
            sa.Enum(
                "family",
                "village",
                name="objector",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["principals.id"], name=op.f("fk_objections_recorded_by_principals")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name=op.f("fk_objections_verdict_id_verdicts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index(op.f("ix_objections_verdict_id"), "objections", ["verdict_id"], unique=False)
    op.create_table(
        "remark_resolutions",
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("resolved_by", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.String(length=2000), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["principals.id"], name=op.f("fk_remark_resolutions_resolved_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdicts.id"], name=op.f("fk_remark_resolutions_verdict_id_verdicts")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_remark_resolutions_visit_id_visits")),
        sa.PrimaryKeyConstraint("verdict_id", "number", name=op.f("pk_remark_resolutions")),
    )
    # a team has a coordinator and a principal a team: this key waits for both tables
    op.create_foreign_key(op.f("fk_teams_coordinator_id_staff"), "teams", "staff", ["coordinator_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_teams_coordinator_id_staff"), "teams", type_="foreignkey")
    op.drop_table("remark_resolutions")
    op.drop_index(op.f("ix_objections_verdict_id"), table_name="objections")
    op.drop_table("objections")
    op.drop_index("ix_release_replies_household", table_name="release_replies")
    op.drop_table("release_replies")
    op.drop_index(op.f("ix_endorsements_release_id"), table_name="endorsements")
    op.drop_index(op.f("ix_endorsements_number"), table_name="endorsements")
    op.drop_index(op.f("ix_endorsements_campaign_id"), table_name="endorsements")
    op.drop_table("endorsements")
    op.drop_index(op.f("ix_deliberated_verdicts_deliberation_id"), table_name="deliberated_verdicts")
    op.drop_table("deliberated_verdicts")
    op.drop_table("deliberations")
    op.drop_index(op.f("ix_verdict_revisions_author_id"), table_name="verdict_revisions")
    op.drop_table("verdict_revisions")
    op.drop_table("verdict_events")
    op.drop_index(op.f("ix_visits_household_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_enumerator_id"), table_name="visits")
    op.drop_index("ix_visits_assignment", table_name="visits")
    op.drop_table("visits")
    op.drop_index(op.f("ix_verdicts_household_id"), table_name="verdicts")
    op.drop_index(op.f("ix_verdicts_campaign_id"), table_name="verdicts")
    op.drop_table("verdicts")
    op.drop_table("household_revisions")
    op.drop_index("ix_household_sources_household", table_name="household_sources")
    op.drop_index("uq_household_sources_household", table_name="household_sources")
    op.drop_index("uq_household_sources_person", table_name="household_sources")
    op.drop_table("household_sources")
    op.drop_table("household_programmes")
    op.drop_index(op.f("ix_assignment_events_assignment_id"), table_name="assignment_events")
    op.drop_table("assignment_events")
    op.drop_index(op.f("ix_members_nik_index"), table_name="members")
    op.drop_index("ix_members_name_born", table_name="members")
    op.drop_index(op.f("ix_members_household_id"), table_name="members")
    op.drop_table("members")
    op.drop_index(op.f("ix_families_no_kk_index"), table_name="families")
    op.drop_table("families")
    op.drop_index("ix_assignments_team", table_name="assignments")
    op.drop_index("ix_assignments_state", table_name="assignments")
    op.drop_index(op.f("ix_assignments_household_id"), table_name="assignments")
    op.drop_index("ix_assignments_holder", table_name="assignments")
    op.drop_table("assignments")
    op.drop_index(op.f("ix_training_attendances_staff_id"), table_name="training_attendances")
    op.drop_table("training_attendances")
    op.drop_index("uq_team_members_open", table_name="team_members", postgresql_where=sa.text("ends_on is null"))
    op.drop_index(op.f("ix_team_members_team_id"), table_name="team_members")
    op.drop_index(op.f("ix_team_members_staff_id"), table_name="team_members")
    op.drop_table("team_members")
    op.drop_table("released_members")
    op.drop_table("released_households")
    op.drop_table("release_manifests")
    op.drop_index("ix_import_findings_place", table_name="import_findings")
    op.drop_table("import_findings")
    op.drop_index("ix_households_team", table_name="households")
    op.drop_index("ix_households_place", table_name="households")
    op.drop_index("ix_households_enumerator", table_name="households")
    op.drop_table("households")
    op.drop_index(op.f("ix_client_secrets_client_id"), table_name="client_secrets")
    op.drop_table("client_secrets")
    op.drop_index(op.f("ix_activation_codes_staff_id"), table_name="activation_codes")
    op.drop_table("activation_codes")
    op.drop_table("staff")
    op.drop_table("releases")
    op.drop_index(op.f("ix_refresh_tokens_principal_id"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_family_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_index(op.f("ix_receipts_subject_id"), table_name="receipts")
    op.drop_index(op.f("ix_receipts_principal_id"), table_name="receipts")
    op.drop_table("receipts")
    op.drop_index(op.f("ix_imports_campaign_id"), table_name="imports")
    op.drop_table("imports")
    op.drop_table("idempotency_keys")
    op.drop_table("credentials")
    op.drop_table("clients")
    op.drop_index(op.f("ix_principals_team_id"), table_name="principals")
    op.drop_table("principals")
    op.drop_index(op.f("ix_trainings_campaign_id"), table_name="trainings")
    op.drop_table("trainings")
    op.drop_table("teams")
    op.drop_table("questionnaire_versions")
    op.drop_table("campaigns")
    op.drop_index("ix_staged_people_group", table_name="staged_people")
    op.drop_table("staged_people")
    op.drop_index(op.f("ix_regions_parent"), table_name="regions")
    op.drop_table("regions")
    op.drop_table("questionnaires")
    op.drop_index("ix_disclosures_households", table_name="disclosures", postgresql_using="gin")
    op.drop_table("disclosures")
    op.drop_index(op.f("ix_audit_events_subject_id"), table_name="audit_events")
    op.drop_table("audit_events")

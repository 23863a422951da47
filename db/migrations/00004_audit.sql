-- The audit log: entries without gaps, each hash covering the one before, and the head that says where it ends.

-- +goose Up
CREATE TABLE audit_heads (
    org_id {{uuid}} NOT NULL PRIMARY KEY REFERENCES organizations (id),
    seq    BIGINT NOT NULL,
    hash   {{bytes}} NOT NULL
);
{{tenant "audit_heads"}}

-- before_json and after_json are text on both databases: they are hashed as these bytes.
CREATE TABLE audit_entries (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    seq         BIGINT NOT NULL,
    at          {{time}} NOT NULL,
    actor       TEXT NOT NULL,
    member_id   {{uuid}},
    ip          TEXT NOT NULL,
    user_agent  TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    action      TEXT NOT NULL,
    target      TEXT NOT NULL,
    target_name TEXT NOT NULL,
    before_json TEXT NOT NULL,
    after_json  TEXT NOT NULL,
    pepper      BIGINT NOT NULL,
    hash        {{bytes}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, seq)
);
{{tenant "audit_entries"}}

-- +goose Down
DROP TABLE audit_entries;
DROP TABLE audit_heads;

-- Governance: what master keys that are gone hashed, legal holds, and the proofs of erasures.
-- +goose Up
-- The pepper of a master key that was replaced, wrapped under its successor: what it hashed is still recognised.
CREATE TABLE master_peppers (
    key_id  BIGINT    NOT NULL PRIMARY KEY,
    wrapped {{bytes}} NOT NULL
);
-- member_id NULL = everybody. While ended_at is NULL nothing goes that it is about.
CREATE TABLE legal_holds (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    id        {{uuid}} NOT NULL,
    member_id {{uuid}},
    reason    TEXT     NOT NULL,
    set_by    TEXT     NOT NULL,
    set_at    {{time}} NOT NULL,
    ended_by  TEXT     NOT NULL,
    ended_at  {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "legal_holds"}}
-- counts is what was done to which table, as JSON; entries of the audit log were rewritten from first on, whose last hash was head.
CREATE TABLE erasures (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    id        {{uuid}} NOT NULL,
    member_id {{uuid}} NOT NULL,
    pseudonym TEXT     NOT NULL,
    reason    TEXT     NOT NULL,
    made_by   TEXT     NOT NULL,
    made_at   {{time}} NOT NULL,
    counts    {{json}} NOT NULL,
    entries   BIGINT   NOT NULL,
    first     BIGINT   NOT NULL,
    head      TEXT     NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "erasures"}}
-- +goose Down
DROP TABLE erasures;
DROP TABLE legal_holds;
DROP TABLE master_peppers;

-- What each person is told in the dashboard.

-- +goose Up

-- said keeps one event from being told twice to a person. href is a page of the dashboard. read_at NULL = not read yet.
CREATE TABLE notices (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    id        {{uuid}} NOT NULL,
    member_id {{uuid}} NOT NULL,
    kind      TEXT     NOT NULL,
    title     TEXT     NOT NULL,
    href      TEXT     NOT NULL,
    said      TEXT     NOT NULL,
    at        {{time}} NOT NULL,
    read_at   {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "notices"}}
CREATE UNIQUE INDEX notices_said ON notices (org_id, member_id, said);
CREATE INDEX notices_member ON notices (org_id, member_id, id);
CREATE INDEX notices_unread ON notices (org_id, member_id, id) WHERE read_at IS NULL;
CREATE INDEX notices_at ON notices (at);

-- +goose Down
DROP TABLE notices;

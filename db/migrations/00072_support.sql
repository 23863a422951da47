-- Support access: an organization lets the operator look at its pages for a while.

-- +goose Up
CREATE TABLE support_grants (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    reason     TEXT     NOT NULL,
    given_by   TEXT     NOT NULL,
    given_at   {{time}} NOT NULL,
    expires_at {{time}} NOT NULL,
    ended_by   TEXT     NOT NULL,
    ended_at   {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "support_grants"}}

-- +goose Down
DROP TABLE support_grants;

-- +goose Up

-- Upstream accounts. credential is sealed for this row and the origin of base_url; last_check is what the last live
-- test found.
CREATE TABLE connections (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    name       TEXT     NOT NULL,
    kind       TEXT     NOT NULL,
    base_url   TEXT     NOT NULL,
    credential {{bytes}},
    key_hint   TEXT     NOT NULL,
    models     {{json}} NOT NULL,
    disabled   {{bool}} NOT NULL,
    last_check {{json}} NOT NULL,
    version    BIGINT   NOT NULL,
    created_at {{time}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "connections"}}
CREATE UNIQUE INDEX connections_name ON connections (org_id, name);

-- +goose Down
DROP TABLE connections;

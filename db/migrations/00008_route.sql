-- +goose Up

-- What apps ask for as "model".
CREATE TABLE aliases (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    name       TEXT     NOT NULL,
    version    BIGINT   NOT NULL,
    created_at {{time}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "aliases"}}
CREATE UNIQUE INDEX aliases_name ON aliases (org_id, name);

-- Where an alias sends requests, in fallback order from 0. A connection with targets cannot be deleted.
CREATE TABLE alias_targets (
    org_id        {{uuid}} NOT NULL,
    alias_id      {{uuid}} NOT NULL,
    position      BIGINT   NOT NULL,
    connection_id {{uuid}} NOT NULL,
    model         TEXT     NOT NULL,
    PRIMARY KEY (org_id, alias_id, position),
    FOREIGN KEY (org_id, alias_id) REFERENCES aliases (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, connection_id) REFERENCES connections (org_id, id)
);
{{tenant "alias_targets"}}
CREATE INDEX alias_targets_connection ON alias_targets (org_id, connection_id);

-- +goose Down
DROP TABLE alias_targets;
DROP TABLE aliases;

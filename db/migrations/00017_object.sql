-- Who owns what a provider keeps: one account serves a whole organization, so the provider cannot tell its keys apart.

-- +goose Up

-- key_id and connection_id name rows that may be gone: nobody owns the object then, which is what they should find.
CREATE TABLE owned_objects (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    kind          TEXT     NOT NULL,
    upstream_id   TEXT     NOT NULL,
    key_id        {{uuid}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    created_at    {{time}} NOT NULL,
    PRIMARY KEY (org_id, kind, upstream_id)
);
{{tenant "owned_objects"}}

-- +goose Down
DROP TABLE owned_objects;

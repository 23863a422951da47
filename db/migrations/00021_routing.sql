-- What an organization wants of all its routes. Without a row it is the default of everything.

-- +goose Up

CREATE TABLE routing_policies (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    unsupported TEXT     NOT NULL,
    updated_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id)
);
{{tenant "routing_policies"}}

-- +goose Down
DROP TABLE routing_policies;

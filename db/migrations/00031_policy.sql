-- Policies on models: what may be asked for below a node of the tree, and what one request may cost.

-- +goose Up

-- allowed and denied are lists of patterns. max_cost_nanos 0 = anything.
CREATE TABLE policies (
    org_id         {{uuid}} NOT NULL REFERENCES organizations (id),
    id             {{uuid}} NOT NULL,
    scope_kind     TEXT     NOT NULL,
    scope_node     {{uuid}} NOT NULL,
    allowed        {{json}} NOT NULL,
    denied         {{json}} NOT NULL,
    max_cost_nanos BIGINT   NOT NULL,
    created_at     {{time}} NOT NULL,
    updated_at     {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, scope_kind, scope_node)
);
{{tenant "policies"}}

-- +goose Down
DROP TABLE policies;

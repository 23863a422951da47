-- Rate limits, and what raises them for a while. What is used is nowhere here: counters are in memory or in Redis.

-- +goose Up

-- amount is in units: requests, tokens, or nano-dollars where unit is "cost". tag, model and endpoint are "" where they
-- narrow nothing.
CREATE TABLE limits (
    org_id        {{uuid}}  NOT NULL REFERENCES organizations (id),
    id            {{uuid}}  NOT NULL,
    scope_kind    TEXT      NOT NULL,
    scope_node    {{uuid}}  NOT NULL,
    tag           TEXT      NOT NULL,
    model         TEXT      NOT NULL,
    endpoint      TEXT      NOT NULL,
    name          TEXT      NOT NULL,
    unit          TEXT      NOT NULL,
    amount        BIGINT    NOT NULL,
    window_millis BIGINT    NOT NULL,
    soft          {{bool}}  NOT NULL,
    burst_percent BIGINT    NOT NULL,
    burst_millis  BIGINT    NOT NULL,
    cool_millis   BIGINT    NOT NULL,
    created_at    {{time}}  NOT NULL,
    updated_at    {{time}}  NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, scope_kind, scope_node, tag, model, endpoint, unit, window_millis)
);
{{tenant "limits"}}

-- An increase is a row, never an edit of its limit: it ends by itself.
CREATE TABLE limit_increases (
    org_id      {{uuid}} NOT NULL,
    limit_id    {{uuid}} NOT NULL,
    id          {{uuid}} NOT NULL,
    add_amount  BIGINT   NOT NULL,
    percent     BIGINT   NOT NULL,
    until       {{time}} NOT NULL,
    reason      TEXT     NOT NULL,
    created_by  TEXT     NOT NULL,
    created_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id, limit_id, id),
    FOREIGN KEY (org_id, limit_id) REFERENCES limits (org_id, id) ON DELETE CASCADE
);
{{tenant "limit_increases"}}

-- +goose Down
DROP TABLE limit_increases;
DROP TABLE limits;

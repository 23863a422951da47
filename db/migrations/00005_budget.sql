-- Budgets, what was spent under each in each period, and which node has leased how much of it.

-- +goose Up
CREATE TABLE budgets (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    scope_kind  TEXT NOT NULL,
    scope_node  TEXT NOT NULL,
    name        TEXT NOT NULL,
    measure     BIGINT NOT NULL,
    limit_nanos BIGINT NOT NULL,
    period      TEXT NOT NULL,
    starts      BIGINT NOT NULL,
    enforce     TEXT NOT NULL,
    ladder      {{json}} NOT NULL,
    rollover_nanos BIGINT NOT NULL,
    reserve_nanos  BIGINT NOT NULL,
    strict      {{bool}} NOT NULL,
    thresholds  {{json}} NOT NULL,
    created_at  {{time}} NOT NULL,
    updated_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, scope_kind, scope_node, measure, period, name)
);
{{tenant "budgets"}}

-- A period is a row: a reset is a new one, never an update. limit is what may be spent in it: the budget's limit without
-- its reserve, with what was rolled over and granted. opening is what had been spent when the row was made (a budget
-- created in the middle of a month), spent includes it; suspense is counted as spent until it is reconciled. All *_nanos
-- are in the budget's own measure: nano-dollars, tokens or requests.
CREATE TABLE budget_periods (
    org_id         {{uuid}} NOT NULL,
    budget_id      {{uuid}} NOT NULL,
    starts_at      {{time}} NOT NULL,
    ends_at        {{time}},
    limit_nanos    BIGINT NOT NULL,
    rollover_nanos BIGINT NOT NULL,
    granted_nanos  BIGINT NOT NULL,
    opening_nanos  BIGINT NOT NULL,
    spent_nanos    BIGINT NOT NULL,
    suspense_nanos BIGINT NOT NULL,
    PRIMARY KEY (org_id, budget_id, starts_at),
    FOREIGN KEY (org_id, budget_id) REFERENCES budgets (org_id, id) ON DELETE CASCADE
);
{{tenant "budget_periods"}}

-- What a node may still spend is max(0, granted - posted). posted may be above granted: overruns, soft limits. op is the
-- last request that changed granted, so that a repeated one changes nothing.
CREATE TABLE leases (
    org_id        {{uuid}} NOT NULL,
    budget_id     {{uuid}} NOT NULL,
    starts_at     {{time}} NOT NULL,
    node_id       {{uuid}} NOT NULL,
    granted_nanos BIGINT NOT NULL,
    posted_nanos  BIGINT NOT NULL,
    op_id         {{uuid}},
    op_nanos      BIGINT NOT NULL,
    PRIMARY KEY (org_id, budget_id, starts_at, node_id),
    FOREIGN KEY (org_id, budget_id, starts_at) REFERENCES budget_periods (org_id, budget_id, starts_at) ON DELETE CASCADE
);
{{tenant "leases"}}

CREATE INDEX leases_node ON leases (node_id);

-- +goose Down
DROP TABLE leases;
DROP TABLE budget_periods;
DROP TABLE budgets;

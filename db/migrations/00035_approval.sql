-- Approvals: what a policy refuses unless somebody agrees, who asked, who decided, and what was granted.

-- +goose Up

-- highest_tier '' = any. ask_above_nanos 0 = no request needs an approval for its cost.
ALTER TABLE policies ADD COLUMN may_ask {{bool}} NOT NULL DEFAULT FALSE;
ALTER TABLE policies ADD COLUMN highest_tier TEXT NOT NULL DEFAULT '';
ALTER TABLE policies ADD COLUMN ask_above_nanos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE policies ADD COLUMN approver TEXT NOT NULL DEFAULT 'manager';

-- What an organization says about models' tiers, whatever they cost.
CREATE TABLE model_tiers (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    pattern    TEXT     NOT NULL,
    tier       TEXT     NOT NULL,
    created_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, pattern)
);
{{tenant "model_tiers"}}

-- A request and, once it is approved, the grant: lifts and targets say what it opens, amount_nanos and times how much
-- (0 = any), spent_nanos and used how much of it is gone. Ceilings of requests under way count as spent.
CREATE TABLE approvals (
    org_id       {{uuid}} NOT NULL REFERENCES organizations (id),
    id           {{uuid}} NOT NULL,
    key_id       {{uuid}} NOT NULL,
    model        TEXT     NOT NULL,
    cost_nanos   BIGINT   NOT NULL,
    reason       TEXT     NOT NULL,
    reasons      {{json}} NOT NULL,
    lifts        {{json}} NOT NULL,
    targets      {{json}} NOT NULL,
    amount_nanos BIGINT   NOT NULL,
    times        BIGINT   NOT NULL,
    until_at     {{time}} NOT NULL,
    state        TEXT     NOT NULL,
    asker_id     {{uuid}},
    asked_by     TEXT     NOT NULL,
    asked_at     {{time}} NOT NULL,
    expires_at   {{time}} NOT NULL,
    decider_id   {{uuid}},
    decided_by   TEXT     NOT NULL,
    decided_at   {{time}},
    note         TEXT     NOT NULL,
    spent_nanos  BIGINT   NOT NULL,
    used         BIGINT   NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "approvals"}}

CREATE INDEX approvals_state ON approvals (org_id, state, asked_at);
CREATE UNIQUE INDEX approvals_pending ON approvals (org_id, asked_by, key_id, model) WHERE state = 'pending';

-- Who was called to decide which request, by a link in a mail. The link works once.
CREATE TABLE approval_summons (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    matter     TEXT     NOT NULL,
    about      {{uuid}} NOT NULL,
    member_id  {{uuid}} NOT NULL,
    created_at {{time}} NOT NULL,
    expires_at {{time}} NOT NULL,
    used_at    {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "approval_summons"}}

-- Requests for more budget may be for money of the next period.
ALTER TABLE budget_requests ADD COLUMN kind TEXT NOT NULL DEFAULT 'increase';

-- +goose Down
ALTER TABLE budget_requests DROP COLUMN kind;
DROP TABLE approval_summons;
DROP TABLE approvals;
DROP TABLE model_tiers;
ALTER TABLE policies DROP COLUMN approver;
ALTER TABLE policies DROP COLUMN ask_above_nanos;
ALTER TABLE policies DROP COLUMN highest_tier;
ALTER TABLE policies DROP COLUMN may_ask;

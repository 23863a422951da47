-- What changes a budget's limit inside a period, who asked for more, and which thresholds were crossed.

-- +goose Up
-- A grant adds to the period that begins at starts_at, or takes from it (a repayment is negative). Σ of those that are
-- active or closed is budget_periods.granted_nanos. One that is due waits for its period to begin; an ended one counts no
-- longer. until_at is NULL where only the end of a total could end it.
CREATE TABLE budget_grants (
    org_id       {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    budget_id    {{uuid}} NOT NULL,
    starts_at    {{time}} NOT NULL,
    kind         TEXT NOT NULL,
    amount_nanos BIGINT NOT NULL,
    state        TEXT NOT NULL,
    until_at     {{time}},
    reason       TEXT NOT NULL,
    asked_by     TEXT NOT NULL,
    decided_by   TEXT NOT NULL,
    request_id   {{uuid}},
    created_at   {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, budget_id) REFERENCES budgets (org_id, id) ON DELETE CASCADE
);
{{tenant "budget_grants"}}

CREATE INDEX budget_grants_budget ON budget_grants (org_id, budget_id, starts_at);
-- The keeper looks for what ends next, of all organizations.
CREATE INDEX budget_grants_until ON budget_grants (until_at) WHERE state = 'active';

CREATE TABLE budget_requests (
    org_id       {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    budget_id    {{uuid}} NOT NULL,
    amount_nanos BIGINT NOT NULL,
    until_at     {{time}},
    reason       TEXT NOT NULL,
    state        TEXT NOT NULL,
    asked_by     TEXT NOT NULL,
    asker_id     {{uuid}},
    asked_at     {{time}} NOT NULL,
    expires_at   {{time}} NOT NULL,
    decided_by   TEXT NOT NULL,
    decided_at   {{time}},
    note         TEXT NOT NULL,
    grant_id     {{uuid}},
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, budget_id) REFERENCES budgets (org_id, id) ON DELETE CASCADE
);
{{tenant "budget_requests"}}

CREATE INDEX budget_requests_budget ON budget_requests (org_id, budget_id, asked_at);
CREATE UNIQUE INDEX budget_requests_pending ON budget_requests (org_id, budget_id, asked_by) WHERE state = 'pending';
CREATE INDEX budget_requests_expiry ON budget_requests (expires_at) WHERE state = 'pending';

-- A threshold fires once in a period, whoever posts: that is the primary key. beside are the lower ones that the same
-- posting crossed (JSON); event is the threshold that stands for them, itself where it stands for itself. A rearmed one
-- may fire again, because the limit was raised above it.
CREATE TABLE budget_alerts (
    org_id       {{uuid}} NOT NULL,
    budget_id    {{uuid}} NOT NULL,
    starts_at    {{time}} NOT NULL,
    threshold    BIGINT NOT NULL,
    event        BIGINT NOT NULL,
    beside       {{json}} NOT NULL,
    spent_nanos  BIGINT NOT NULL,
    limit_nanos  BIGINT NOT NULL,
    at           {{time}} NOT NULL,
    rearmed_at   {{time}},
    PRIMARY KEY (org_id, budget_id, starts_at, threshold),
    FOREIGN KEY (org_id, budget_id) REFERENCES budgets (org_id, id) ON DELETE CASCADE
);
{{tenant "budget_alerts"}}

-- The amount at which the next threshold is crossed, so that posting compares one number; 0 = look at the next posting.
ALTER TABLE budget_periods ADD COLUMN alert_nanos BIGINT NOT NULL DEFAULT 0;
-- When a calendar (start day, period, zone) changes in the middle of a period, another begins and takes over; heir_at is
-- where it begins. What nodes still post to the old one is counted there as well.
ALTER TABLE budget_periods ADD COLUMN heir_at {{time}};

-- +goose Down
ALTER TABLE budget_periods DROP COLUMN heir_at;
ALTER TABLE budget_periods DROP COLUMN alert_nanos;
DROP TABLE budget_alerts;
DROP TABLE budget_requests;
DROP TABLE budget_grants;

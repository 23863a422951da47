-- Several nodes on one database: who is there, whose leases nobody answers for, and what was released of them.

-- +goose Up

-- A node is a gateway process with its journal; a session is one life of its leases. epoch numbers them, beats counts
-- signs of life: other nodes compare it with what they saw before, so no two clocks are ever compared.
CREATE TABLE nodes (
    id         {{uuid}} NOT NULL PRIMARY KEY,
    epoch      BIGINT NOT NULL,
    beats      BIGINT NOT NULL,
    label      TEXT NOT NULL,
    version    TEXT NOT NULL,
    started_at {{time}} NOT NULL,
    seen_at    {{time}} NOT NULL,
    left_at    {{time}},
    reaped_at  {{time}}
);

-- What a reaped node has left counts as suspense, less what somebody released. Both end with the session.
ALTER TABLE leases ADD COLUMN reaped_at {{time}};
ALTER TABLE leases ADD COLUMN released_nanos BIGINT NOT NULL DEFAULT 0;

-- What was left of a lease when its node's journal turned out to be damaged. It never changes; releases are rows too.
-- budget_periods.suspense_nanos is the sum of these less their releases.
CREATE TABLE lost_leases (
    org_id       {{uuid}} NOT NULL,
    budget_id    {{uuid}} NOT NULL,
    starts_at    {{time}} NOT NULL,
    node_id      {{uuid}} NOT NULL,
    epoch        BIGINT NOT NULL,
    amount_nanos BIGINT NOT NULL,
    since        {{time}} NOT NULL,
    PRIMARY KEY (org_id, budget_id, starts_at, node_id, epoch)
);
{{tenant "lost_leases"}}

-- A named person's word that so much of a lost node's lease will never be billed.
CREATE TABLE suspense_releases (
    org_id       {{uuid}} NOT NULL,
    id           {{uuid}} NOT NULL,
    budget_id    {{uuid}} NOT NULL,
    starts_at    {{time}} NOT NULL,
    node_id      {{uuid}} NOT NULL,
    epoch        BIGINT NOT NULL,
    amount_nanos BIGINT NOT NULL,
    released_by  TEXT NOT NULL,
    note         TEXT NOT NULL,
    at           {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "suspense_releases"}}

CREATE INDEX suspense_releases_budget ON suspense_releases (org_id, budget_id, starts_at, node_id, epoch);

-- +goose Down
DROP TABLE suspense_releases;
DROP TABLE lost_leases;
ALTER TABLE leases DROP COLUMN released_nanos;
ALTER TABLE leases DROP COLUMN reaped_at;
DROP TABLE nodes;

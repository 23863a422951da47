-- Experiments: tests between variants of a route, and what their variants came to.

-- +goose Up

-- body is the whole experiment as JSON; the columns beside it are what is looked for. state is running, paused, finished or
-- rolled_back.
CREATE TABLE experiments (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    alias_id   {{uuid}} NOT NULL,
    name       TEXT     NOT NULL,
    state      TEXT     NOT NULL,
    body       TEXT     NOT NULL,
    version    BIGINT   NOT NULL,
    created_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "experiments"}}
CREATE UNIQUE INDEX experiments_name ON experiments (org_id, name);
-- An alias has one experiment at a time: two would blur each other.
CREATE UNIQUE INDEX experiments_live ON experiments (org_id, alias_id) WHERE state IN ('running', 'paused');

-- What the units of a bucket of a variant came to, added up where requests are posted. requests and answered count; latency_us is
-- of the answered, score in thousandths of those that were rated.
CREATE TABLE experiment_tallies (
    org_id        {{uuid}} NOT NULL,
    experiment_id {{uuid}} NOT NULL,
    variant       BIGINT   NOT NULL,
    bucket        BIGINT   NOT NULL,
    requests      BIGINT   NOT NULL,
    answered      BIGINT   NOT NULL,
    errors        BIGINT   NOT NULL,
    cost_nanos    BIGINT   NOT NULL,
    latency_us    BIGINT   NOT NULL,
    rated         BIGINT   NOT NULL,
    score         BIGINT   NOT NULL,
    PRIMARY KEY (org_id, experiment_id, variant, bucket)
);
{{tenant "experiment_tallies"}}

-- Which variant a request counts for, so that what is said of it later finds its place.
ALTER TABLE requests ADD COLUMN experiment_id {{uuid}};
ALTER TABLE requests ADD COLUMN variant BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN bucket BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE requests DROP COLUMN bucket;
ALTER TABLE requests DROP COLUMN variant;
ALTER TABLE requests DROP COLUMN experiment_id;
DROP TABLE experiment_tallies;
DROP TABLE experiments;

-- How long and how often providers are asked, and what became of their breakers.

-- +goose Up

-- A setting for a model as clients name it and an operation; '' is all of them. 0 and '' are the wider setting's.
CREATE TABLE timeouts (
    org_id            {{uuid}} NOT NULL REFERENCES organizations (id),
    model             TEXT     NOT NULL,
    operation         TEXT     NOT NULL,
    tries             BIGINT   NOT NULL,
    tries_before_next BIGINT   NOT NULL,
    backoff_ms        BIGINT   NOT NULL,
    max_backoff_ms    BIGINT   NOT NULL,
    retry_unsure      {{bool}} NOT NULL,
    refuse_when_open  {{bool}} NOT NULL,
    on_timeout        TEXT     NOT NULL,
    connect_ms        BIGINT   NOT NULL,
    headers_ms        BIGINT   NOT NULL,
    first_ms          BIGINT   NOT NULL,
    gap_ms            BIGINT   NOT NULL,
    answer_ms         BIGINT   NOT NULL,
    total_ms          BIGINT   NOT NULL,
    PRIMARY KEY (org_id, model, operation)
);
{{tenant "timeouts"}}

-- What breakers did, kept for 30 days. model '' is the connection as a whole; member_id is who did it by hand.
CREATE TABLE breaker_events (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    id            {{uuid}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    model         TEXT     NOT NULL,
    at            {{time}} NOT NULL,
    state         TEXT     NOT NULL,
    cause         TEXT     NOT NULL,
    until         {{time}},
    level         BIGINT   NOT NULL,
    node          TEXT     NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "breaker_events"}}
CREATE INDEX breaker_events_at ON breaker_events (org_id, at);
CREATE INDEX breaker_events_old ON breaker_events (at);

-- Targets that a person took out of service.
CREATE TABLE breaker_holds (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    connection_id {{uuid}} NOT NULL,
    model         TEXT     NOT NULL,
    at            {{time}} NOT NULL,
    reason        TEXT     NOT NULL,
    PRIMARY KEY (org_id, connection_id, model)
);
{{tenant "breaker_holds"}}

-- +goose Down
DROP TABLE breaker_holds;
DROP TABLE breaker_events;
DROP TABLE timeouts;

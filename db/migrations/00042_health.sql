-- What the status page is told from.

-- +goose Up

-- How a target's attempts went, by the hour (UTC), written with the attempts in one transaction and kept for two days:
-- pages that look every few seconds read 24 rows a target instead of the day's attempts. first_byte_us is a sum over those
-- that succeeded.
CREATE TABLE health_hours (
    org_id        {{uuid}} NOT NULL,
    hour          {{time}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    model         TEXT     NOT NULL,
    attempts      BIGINT   NOT NULL,
    failed        BIGINT   NOT NULL,
    first_byte_us BIGINT   NOT NULL,
    PRIMARY KEY (org_id, hour, connection_id, model)
);
{{tenant "health_hours"}}
CREATE INDEX health_hours_old ON health_hours (hour);

INSERT INTO health_hours (org_id, hour, connection_id, model, attempts, failed, first_byte_us)
SELECT org_id, {{if postgres}}date_trunc('hour', at, 'UTC'){{else}}strftime('%Y-%m-%d %H:00:00+00:00', at){{end}} AS hour, connection_id, model, COUNT(*),
    SUM(CASE WHEN class = '' THEN 0 ELSE 1 END), SUM(CASE WHEN class = '' THEN first_byte_us ELSE 0 END)
FROM attempts
WHERE at >= {{if postgres}}now() - interval '25 hours'{{else}}datetime('now', '-25 hours'){{end}} AND connection_id IS NOT NULL
    AND class NOT IN ('refused', 'canceled', 'untold')
GROUP BY org_id, 2, connection_id, model;

-- When breakers open and close, and whether a connection is looked at regularly. connection_id is the zero uuid for what
-- holds for all of an organization's; 0 is the wider setting's.
CREATE TABLE breaker_rules (
    org_id          {{uuid}} NOT NULL REFERENCES organizations (id),
    connection_id   {{uuid}} NOT NULL,
    window_ms       BIGINT   NOT NULL,
    failures        BIGINT   NOT NULL,
    share           BIGINT   NOT NULL,
    in_a_row        BIGINT   NOT NULL,
    cool_down_ms    BIGINT   NOT NULL,
    max_cool_down_ms BIGINT  NOT NULL,
    successes       BIGINT   NOT NULL,
    check_ms        BIGINT   NOT NULL,
    PRIMARY KEY (org_id, connection_id)
);
{{tenant "breaker_rules"}}

-- Who looks at a connection, until when nobody else does, and what the last look found.
CREATE TABLE health_checks (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    connection_id {{uuid}} NOT NULL,
    node          TEXT     NOT NULL,
    until         {{time}} NOT NULL,
    at            {{time}},
    outcome       TEXT     NOT NULL,
    note          TEXT     NOT NULL,
    took_ms       BIGINT   NOT NULL,
    PRIMARY KEY (org_id, connection_id)
);
{{tenant "health_checks"}}

-- Outages: from the event that opened a target's breaker, whose id they have, to the one that closed it; kept for a year.
-- What people say about one is in breaker_outage_notes.
CREATE TABLE breaker_outages (
    org_id          {{uuid}} NOT NULL REFERENCES organizations (id),
    id              {{uuid}} NOT NULL,
    connection_id   {{uuid}} NOT NULL,
    model           TEXT     NOT NULL,
    cause           TEXT     NOT NULL,
    openings        BIGINT   NOT NULL,
    began_at        {{time}} NOT NULL,
    ended_at        {{time}},
    acknowledged_at {{time}},
    acknowledged_by TEXT     NOT NULL,
    resolved_at     {{time}},
    resolved_by     TEXT     NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "breaker_outages"}}
CREATE INDEX breaker_outages_began ON breaker_outages (org_id, began_at);
CREATE INDEX breaker_outages_old ON breaker_outages (began_at);
CREATE UNIQUE INDEX breaker_outages_on ON breaker_outages (org_id, connection_id, model) WHERE ended_at IS NULL;

CREATE TABLE breaker_outage_notes (
    org_id     {{uuid}} NOT NULL,
    outage_id  {{uuid}} NOT NULL,
    number     BIGINT   NOT NULL,
    at         {{time}} NOT NULL,
    written_by TEXT     NOT NULL,
    text       TEXT     NOT NULL,
    PRIMARY KEY (org_id, outage_id, number),
    FOREIGN KEY (org_id, outage_id) REFERENCES breaker_outages (org_id, id) ON DELETE CASCADE
);
{{tenant "breaker_outage_notes"}}

-- +goose Down
DROP TABLE breaker_outage_notes;
DROP TABLE breaker_outages;
DROP TABLE health_checks;
DROP TABLE breaker_rules;
DROP TABLE health_hours;

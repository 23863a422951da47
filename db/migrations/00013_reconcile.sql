-- What providers say that a day cost, beside what our attempts of that day add up to. Days are UTC, as in providers'
-- reports: 2026-08-20. Nothing here changes an attempt or a budget: a difference is a row of its own.

-- +goose Up

-- Credentials that may read a provider's cost report, one for a connection, sealed for it and its origin. narrow is the
-- provider's project or workspace that the connection's own key belongs to, if the report is to count that alone.
CREATE TABLE report_credentials (
    org_id        {{uuid}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    credential    {{bytes}} NOT NULL,
    key_hint      TEXT     NOT NULL,
    narrow        TEXT     NOT NULL,
    read_at       {{time}},
    trouble       TEXT     NOT NULL,
    updated_at    {{time}} NOT NULL,
    PRIMARY KEY (org_id, connection_id),
    FOREIGN KEY (org_id, connection_id) REFERENCES connections (org_id, id) ON DELETE CASCADE
);
{{tenant "report_credentials"}}

CREATE TABLE report_days (
    org_id        {{uuid}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    day           TEXT     NOT NULL,
    ours_nanos    BIGINT   NOT NULL,
    theirs_nanos  BIGINT   NOT NULL,
    attempts      BIGINT   NOT NULL,
    read_at       {{time}} NOT NULL,
    PRIMARY KEY (org_id, connection_id, day)
);
{{tenant "report_days"}}
CREATE INDEX report_days_day ON report_days (org_id, day);

-- A day's parts: theirs by line item, ours by model.
CREATE TABLE report_lines (
    org_id        {{uuid}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    day           TEXT     NOT NULL,
    ours          {{bool}} NOT NULL,
    item          TEXT     NOT NULL,
    cost_nanos    BIGINT   NOT NULL,
    PRIMARY KEY (org_id, connection_id, day, ours, item)
);
{{tenant "report_lines"}}

-- Differences, theirs less ours, as they became known. Those of a day add up to its difference; none is ever changed.
CREATE TABLE report_corrections (
    org_id        {{uuid}} NOT NULL,
    id            {{uuid}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    day           TEXT     NOT NULL,
    amount_nanos  BIGINT   NOT NULL,
    at            {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "report_corrections"}}
CREATE INDEX report_corrections_day ON report_corrections (org_id, connection_id, day);

-- +goose Down
DROP TABLE report_corrections;
DROP TABLE report_lines;
DROP TABLE report_days;
DROP TABLE report_credentials;

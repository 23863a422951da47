-- What usage is divided by: attempts tell what asked for them, and the hourly sums are kept by it as well. Refused requests
-- are counted apart from failed ones. What was posted before has '' there, and its refusals count as failures.

-- +goose Up
ALTER TABLE attempts ADD COLUMN asked TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN endpoint TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN cache TEXT NOT NULL DEFAULT '';

ALTER TABLE usage_totals ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_tags ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
{{if postgres}}
ALTER TABLE usage_hours ADD COLUMN asked TEXT NOT NULL DEFAULT '', ADD COLUMN client TEXT NOT NULL DEFAULT '', ADD COLUMN endpoint TEXT NOT NULL DEFAULT '',
    ADD COLUMN cache TEXT NOT NULL DEFAULT '', ADD COLUMN outcome TEXT NOT NULL DEFAULT '', ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hours DROP CONSTRAINT usage_hours_pkey;
ALTER TABLE usage_hours ADD CONSTRAINT usage_hours_pkey PRIMARY KEY (org_id, hour, key_id, department_id, team_id, member_id, model, provider, asked, client, endpoint, cache, outcome);
{{else}}
CREATE TABLE usage_hours_wide (
    org_id           {{uuid}} NOT NULL,
    hour             {{time}} NOT NULL,
    key_id           {{uuid}} NOT NULL,
    department_id    {{uuid}} NOT NULL,
    team_id          {{uuid}} NOT NULL,
    member_id        {{uuid}} NOT NULL,
    model            TEXT NOT NULL,
    provider         TEXT NOT NULL,
    requests         BIGINT NOT NULL,
    errors           BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    asked            TEXT NOT NULL DEFAULT '',
    client           TEXT NOT NULL DEFAULT '',
    endpoint         TEXT NOT NULL DEFAULT '',
    cache            TEXT NOT NULL DEFAULT '',
    outcome          TEXT NOT NULL DEFAULT '',
    refused          BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, hour, key_id, department_id, team_id, member_id, model, provider, asked, client, endpoint, cache, outcome)
);
{{tenant "usage_hours_wide"}}
INSERT INTO usage_hours_wide (org_id, hour, key_id, department_id, team_id, member_id, model, provider, requests, errors, attempts, input_tokens, cached_tokens, output_tokens, cost_nanos)
    SELECT org_id, hour, key_id, department_id, team_id, member_id, model, provider, requests, errors, attempts, input_tokens, cached_tokens, output_tokens, cost_nanos FROM usage_hours;
DROP TABLE usage_hours;
ALTER TABLE usage_hours_wide RENAME TO usage_hours;
{{end}}

-- How often an hour of an organization was posted to. Sums that were made of hours remember it, and are right while it stays.
CREATE TABLE usage_marks (
    org_id  {{uuid}} NOT NULL,
    hour    {{time}} NOT NULL,
    version BIGINT   NOT NULL,
    kept    BIGINT   NOT NULL DEFAULT 0, -- the version that every day with a part in this hour was made of
    PRIMARY KEY (org_id, hour)
);
{{tenant "usage_marks"}}
CREATE INDEX usage_marks_due ON usage_marks (org_id, hour) WHERE version <> kept;
INSERT INTO usage_marks (org_id, hour, version) SELECT DISTINCT org_id, hour, 1 FROM usage_totals;

-- Sums of whole days of the organization's calendar, made of usage_hours when a day is over. hour is the day's first moment.
CREATE TABLE usage_days (
    org_id           {{uuid}} NOT NULL,
    hour             {{time}} NOT NULL,
    key_id           {{uuid}} NOT NULL,
    department_id    {{uuid}} NOT NULL,
    team_id          {{uuid}} NOT NULL,
    member_id        {{uuid}} NOT NULL,
    model            TEXT NOT NULL,
    provider         TEXT NOT NULL,
    asked            TEXT NOT NULL,
    client           TEXT NOT NULL,
    endpoint         TEXT NOT NULL,
    cache            TEXT NOT NULL,
    outcome          TEXT NOT NULL,
    requests         BIGINT NOT NULL,
    errors           BIGINT NOT NULL,
    refused          BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    PRIMARY KEY (org_id, hour, key_id, department_id, team_id, member_id, model, provider, asked, client, endpoint, cache, outcome)
);
{{tenant "usage_days"}}
CREATE INDEX usage_days_team ON usage_days (org_id, team_id, hour);
CREATE INDEX usage_days_member ON usage_days (org_id, member_id, hour);
CREATE INDEX usage_days_key ON usage_days (org_id, key_id, hour);

-- The same by one dimension at a time, for the whole organization: what most pages ask. dim is '' for all of it, or the name of
-- a dimension; a tag's is tag:project, without a row for what carries no such tag.
CREATE TABLE usage_day_values (
    org_id           {{uuid}} NOT NULL,
    dim              TEXT NOT NULL,
    hour             {{time}} NOT NULL,
    value            TEXT NOT NULL,
    requests         BIGINT NOT NULL,
    errors           BIGINT NOT NULL,
    refused          BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    PRIMARY KEY (org_id, dim, hour, value)
);
{{tenant "usage_day_values"}}

-- How long requests took on such a day, as sketches (DDSketch) that can be put together: whole answers, first bytes, and
-- tokens per second, of answered requests. dim as above.
CREATE TABLE usage_day_sketches (
    org_id           {{uuid}} NOT NULL,
    dim              TEXT NOT NULL,
    hour             {{time}} NOT NULL,
    value            TEXT NOT NULL,
    duration         {{bytes}} NOT NULL,
    first_byte       {{bytes}} NOT NULL,
    speed            {{bytes}} NOT NULL,
    PRIMARY KEY (org_id, dim, hour, value)
);
{{tenant "usage_day_sketches"}}

-- Which days there are sums of, and what the marks of the day's hours added up to when they were made: they are right while
-- that is so.
CREATE TABLE usage_day_marks (
    org_id     {{uuid}} NOT NULL,
    day        {{time}} NOT NULL,
    until_at   {{time}} NOT NULL,
    first_hour {{time}} NOT NULL,
    version    BIGINT   NOT NULL,
    PRIMARY KEY (org_id, day)
);
{{tenant "usage_day_marks"}}

-- +goose Down
DROP TABLE usage_day_marks;
DROP TABLE usage_day_sketches;
DROP TABLE usage_day_values;
DROP TABLE usage_days;
DROP TABLE usage_marks;
{{if postgres}}
ALTER TABLE usage_hours DROP CONSTRAINT usage_hours_pkey;
CREATE TEMPORARY TABLE narrow AS SELECT org_id, hour, key_id, department_id, team_id, member_id, model, provider, SUM(requests)::bigint AS requests, SUM(errors)::bigint AS errors,
    SUM(attempts)::bigint AS attempts, SUM(input_tokens)::bigint AS input_tokens, SUM(cached_tokens)::bigint AS cached_tokens, SUM(output_tokens)::bigint AS output_tokens,
    SUM(cost_nanos)::bigint AS cost_nanos FROM usage_hours GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
DELETE FROM usage_hours;
ALTER TABLE usage_hours DROP COLUMN asked, DROP COLUMN client, DROP COLUMN endpoint, DROP COLUMN cache, DROP COLUMN outcome, DROP COLUMN refused;
INSERT INTO usage_hours SELECT * FROM narrow;
DROP TABLE narrow;
ALTER TABLE usage_hours ADD CONSTRAINT usage_hours_pkey PRIMARY KEY (org_id, hour, key_id, department_id, team_id, member_id, model, provider);
{{else}}
CREATE TABLE usage_hours_narrow (
    org_id           {{uuid}} NOT NULL,
    hour             {{time}} NOT NULL,
    key_id           {{uuid}} NOT NULL,
    department_id    {{uuid}} NOT NULL,
    team_id          {{uuid}} NOT NULL,
    member_id        {{uuid}} NOT NULL,
    model            TEXT NOT NULL,
    provider         TEXT NOT NULL,
    requests         BIGINT NOT NULL,
    errors           BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    PRIMARY KEY (org_id, hour, key_id, department_id, team_id, member_id, model, provider)
);
{{tenant "usage_hours_narrow"}}
INSERT INTO usage_hours_narrow SELECT org_id, hour, key_id, department_id, team_id, member_id, model, provider, SUM(requests), SUM(errors), SUM(attempts), SUM(input_tokens),
    SUM(cached_tokens), SUM(output_tokens), SUM(cost_nanos) FROM usage_hours GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
DROP TABLE usage_hours;
ALTER TABLE usage_hours_narrow RENAME TO usage_hours;
{{end}}
ALTER TABLE usage_tags DROP COLUMN refused;
ALTER TABLE usage_totals DROP COLUMN refused;
ALTER TABLE attempts DROP COLUMN cache;
ALTER TABLE attempts DROP COLUMN client;
ALTER TABLE attempts DROP COLUMN endpoint;
ALTER TABLE attempts DROP COLUMN asked;

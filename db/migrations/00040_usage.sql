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
    PRIMARY KEY (org_id, hour)
);
{{tenant "usage_marks"}}
INSERT INTO usage_marks (org_id, hour, version) SELECT DISTINCT org_id, hour, 1 FROM usage_totals;

-- +goose Down
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

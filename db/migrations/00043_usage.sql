-- A day's sums lie in sheets: one value holds all rows of a day, column by column (db/usage_sheet.go), where a table of rows
-- took a second to write and three to sort for one question. Days are made anew from the hours, by the job that makes days.

-- +goose Up
DROP TABLE usage_days;
DROP TABLE usage_day_values;
DELETE FROM usage_day_marks;
UPDATE usage_marks SET kept = 0;

-- dim is what a sheet is divided by: '' nothing, a dimension's name, all for every one of them together, tags for tags.
CREATE TABLE usage_sheets (
    org_id  {{uuid}}  NOT NULL,
    day     {{time}}  NOT NULL, -- its first moment in the organization's zone
    dim     TEXT      NOT NULL,
    content {{bytes}} NOT NULL,
    PRIMARY KEY (org_id, day, dim)
);
{{tenant "usage_sheets"}}
{{if postgres}}ALTER TABLE usage_sheets ALTER COLUMN content SET STORAGE EXTERNAL; -- compressing numbers of one width gains little{{end}}

-- +goose Down
DROP TABLE usage_sheets;
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
DELETE FROM usage_day_marks;
UPDATE usage_marks SET kept = 0;

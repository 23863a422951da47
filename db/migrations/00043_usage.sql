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

-- Failed requests are few of many. Members, models and apps have no index: five more took a fifth of what posting can do, and a
-- list that is narrowed to little reads its span.
CREATE INDEX requests_errors ON requests (org_id, at, id) WHERE status >= 400 OR code <> '';

-- What budgets count of a request, by the hour: the sums stay when the requests themselves are deleted.
ALTER TABLE usage_hours ADD COLUMN booked_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hours ADD COLUMN booked_requests BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_totals ADD COLUMN booked_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_totals ADD COLUMN booked_requests BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_tags ADD COLUMN booked_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_tags ADD COLUMN booked_requests BIGINT NOT NULL DEFAULT 0;

-- How many days requests are kept, 0 for ever, and before when they are gone.
CREATE TABLE usage_settings (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    keep_days   BIGINT   NOT NULL,
    gone_before {{time}},
    PRIMARY KEY (org_id)
);
{{tenant "usage_settings"}}
{{if postgres}}
-- Dropping a day of facts, as the owner, in two steps with a look between them: whoever holds the lock sees whether it is empty.
-- +goose StatementBegin
CREATE FUNCTION lock_fact_day(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF to_regclass('attempts_' || to_char(day, 'YYYYMMDD')) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I, %I IN ACCESS EXCLUSIVE MODE', 'attempts_' || to_char(day, 'YYYYMMDD'), 'requests_' || to_char(day, 'YYYYMMDD'));
    RETURN true;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION drop_fact_day(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format('DROP TABLE %I, %I', 'attempts_' || to_char(day, 'YYYYMMDD'), 'requests_' || to_char(day, 'YYYYMMDD'));
END $$;
-- +goose StatementEnd
{{end}}
-- +goose Down
{{if postgres}}
DROP FUNCTION drop_fact_day(date);
DROP FUNCTION lock_fact_day(date);
{{end}}
DROP TABLE usage_settings;
ALTER TABLE usage_tags DROP COLUMN booked_requests;
ALTER TABLE usage_tags DROP COLUMN booked_tokens;
ALTER TABLE usage_totals DROP COLUMN booked_requests;
ALTER TABLE usage_totals DROP COLUMN booked_tokens;
ALTER TABLE usage_hours DROP COLUMN booked_requests;
ALTER TABLE usage_hours DROP COLUMN booked_tokens;
DROP INDEX requests_errors;
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
{{dropped "usage_days"}}{{dropped "usage_day_values"}}

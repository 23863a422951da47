-- Hourly sums by tag, for cost allocation: each pair that requests carried, such as project=apollo, with who spent under it
-- and on which model. Of a key that a request repeats the first value counts, so that the values of one key never add up to
-- more than was spent. Written with usage_hours, in the same transaction. There is nothing to fill it with: no release kept
-- tags on attempts.

-- +goose Up
CREATE TABLE usage_tags (
    org_id           {{uuid}} NOT NULL,
    hour             {{time}} NOT NULL,
    tag_key          TEXT NOT NULL,
    tag_value        TEXT NOT NULL,
    department_id    {{uuid}} NOT NULL,
    team_id          {{uuid}} NOT NULL,
    member_id        {{uuid}} NOT NULL,
    model            TEXT NOT NULL,
    requests         BIGINT NOT NULL,
    errors           BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    PRIMARY KEY (org_id, hour, tag_key, tag_value, department_id, team_id, member_id, model)
);
{{tenant "usage_tags"}}

-- Which budget refused a request and how it stood then; both are NULL for all others.
ALTER TABLE requests ADD COLUMN refused_by {{uuid}};
ALTER TABLE requests ADD COLUMN refusal {{json}};
CREATE INDEX requests_refused ON requests (org_id, refused_by, at, id) WHERE refused_by IS NOT NULL;

-- Covering, because SQLite otherwise prefers the primary key and reads all of an organization's for each of its members:
-- a page of 1,500 budgets took six times as long.
DROP INDEX team_members_member;
CREATE INDEX team_members_member ON team_members (org_id, member_id, team_id);

-- +goose Down
DROP INDEX team_members_member;
CREATE INDEX team_members_member ON team_members (org_id, member_id);
DROP INDEX requests_refused;
ALTER TABLE requests DROP COLUMN refusal;
ALTER TABLE requests DROP COLUMN refused_by;
DROP TABLE usage_tags;

-- The facts: attempts and requests as the nodes' journals tell them, hourly sums for pages, and how far each journal is
-- in the books. Facts have no foreign keys: they outlive the keys, members and connections that they tell of.

-- +goose Up
CREATE TABLE attempts (
    org_id           {{uuid}} NOT NULL,
    id               {{uuid}} NOT NULL,
    at               {{time}} NOT NULL,
    ended_at         {{time}} NOT NULL,
    request_id       {{uuid}} NOT NULL,
    number           BIGINT NOT NULL,
    department_id    {{uuid}},
    team_id          {{uuid}},
    member_id        {{uuid}},
    key_id           {{uuid}},
    tags             TEXT NOT NULL,
    connection_id    {{uuid}},
    provider         TEXT NOT NULL,
    kind             TEXT NOT NULL,
    model            TEXT NOT NULL,
    price_version    TEXT NOT NULL,
    state            TEXT NOT NULL,
    status           BIGINT NOT NULL,
    class            TEXT NOT NULL,
    note             TEXT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    usage            {{json}},
    held_nanos       BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    input_cost_nanos BIGINT NOT NULL,
    held_tokens      BIGINT NOT NULL,
    booked_tokens    BIGINT NOT NULL,
    booked_requests  BIGINT NOT NULL,
    first_byte_us    BIGINT NOT NULL,
    duration_us      BIGINT NOT NULL,
    accounts         {{json}} NOT NULL,
    PRIMARY KEY (org_id, id, at)
){{if postgres}} PARTITION BY RANGE (at){{end}};
{{tenant "attempts"}}

CREATE INDEX attempts_request ON attempts (org_id, request_id);
CREATE INDEX attempts_at ON attempts (org_id, at);

CREATE TABLE requests (
    org_id           {{uuid}} NOT NULL,
    id               {{uuid}} NOT NULL,
    at               {{time}} NOT NULL,
    department_id    {{uuid}},
    team_id          {{uuid}},
    member_id        {{uuid}},
    key_id           {{uuid}},
    family           TEXT NOT NULL,
    endpoint         TEXT NOT NULL,
    stream           {{bool}} NOT NULL,
    asked            TEXT NOT NULL,
    model            TEXT NOT NULL,
    provider         TEXT NOT NULL,
    route            TEXT NOT NULL,
    client           TEXT NOT NULL,
    tags             TEXT NOT NULL,
    end_user         TEXT NOT NULL,
    session          TEXT NOT NULL,
    cache            TEXT NOT NULL,
    attempts         BIGINT NOT NULL,
    status           BIGINT NOT NULL,
    code             TEXT NOT NULL,
    message          TEXT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    decisions        TEXT NOT NULL,
    first_byte_us    BIGINT NOT NULL,
    duration_us      BIGINT NOT NULL,
    overhead_us      BIGINT NOT NULL,
    PRIMARY KEY (org_id, id, at)
){{if postgres}} PARTITION BY RANGE (at){{end}};
{{tenant "requests"}}

CREATE INDEX requests_at ON requests (org_id, at, id);
CREATE INDEX requests_key ON requests (org_id, key_id, at, id);
CREATE INDEX requests_team ON requests (org_id, team_id, at, id);

-- Sums by the hour (UTC), written with the facts in one transaction. Requests and errors count requests, tokens and cost
-- count attempts. A node that does not apply is the zero uuid, because it is part of the key.
CREATE TABLE usage_hours (
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
{{tenant "usage_hours"}}

CREATE TABLE journal_positions (
    node_id      {{uuid}} NOT NULL PRIMARY KEY,
    segment      BIGINT NOT NULL,
    place        BIGINT NOT NULL,
    low_segment  BIGINT NOT NULL,
    low_place    BIGINT NOT NULL,
    updated_at   {{time}} NOT NULL
);

{{if postgres}}
-- Facts lie in one partition a day (UTC). There is no default partition: it would block the dropping of old days. This
-- makes the days of a range, as the owner, because the program itself may not make tables. Row-level security on the
-- partition, without a policy, closes the way around its parent's.
-- +goose StatementBegin
CREATE FUNCTION ensure_fact_days(first date, last date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    day date;
    parent text;
    part text;
BEGIN
    IF last - first > 400 THEN
        RAISE EXCEPTION 'ensure_fact_days: % to % is too long', first, last;
    END IF;
    FOR day IN SELECT d::date FROM generate_series(first, last, interval '1 day') d LOOP
        FOREACH parent IN ARRAY ARRAY['attempts', 'requests'] LOOP
            part := parent || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent,
                day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
        END LOOP;
    END LOOP;
END $$;
-- +goose StatementEnd
{{end}}

-- +goose Down
{{if postgres}}DROP FUNCTION ensure_fact_days(date, date);{{end}}
DROP TABLE journal_positions;
DROP TABLE usage_hours;
DROP TABLE requests;
DROP TABLE attempts;

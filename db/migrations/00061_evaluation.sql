-- Evaluations: datasets of questions, runs that ask them, and what came back.

-- +goose Up

-- team_id is there with the visibility team; owner_id is who made it, NULL for tokens. Neither has a foreign key: a dataset outlives who
-- made it. size is the bytes of its rows.
CREATE TABLE evaluation_datasets (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    name        TEXT     NOT NULL,
    about       TEXT     NOT NULL,
    visibility  TEXT     NOT NULL,
    team_id     {{uuid}},
    owner_id    {{uuid}},
    owner_label TEXT     NOT NULL,
    row_count   BIGINT   NOT NULL,
    size        BIGINT   NOT NULL,
    created_at  {{time}} NOT NULL,
    updated_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);
{{tenant "evaluation_datasets"}}

-- sealed is the row as JSON, encrypted under the organization's data key. A row is never changed.
CREATE TABLE evaluation_rows (
    org_id     {{uuid}}  NOT NULL REFERENCES organizations (id),
    dataset_id {{uuid}}  NOT NULL,
    number     BIGINT    NOT NULL,
    sealed     {{bytes}} NOT NULL,
    PRIMARY KEY (org_id, dataset_id, number),
    FOREIGN KEY (org_id, dataset_id) REFERENCES evaluation_datasets (org_id, id) ON DELETE CASCADE
);
{{tenant "evaluation_rows"}}

-- body is what the run was asked for, as JSON. lease names the node that works on it, until lease_until; then another one may.
CREATE TABLE evaluations (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    dataset_id  {{uuid}} NOT NULL,
    state       TEXT     NOT NULL,
    why         TEXT     NOT NULL,
    body        TEXT     NOT NULL,
    row_count   BIGINT   NOT NULL,
    lease       TEXT     NOT NULL,
    lease_until {{time}} NOT NULL,
    created_at  {{time}} NOT NULL,
    ended_at    {{time}},
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, dataset_id) REFERENCES evaluation_datasets (org_id, id) ON DELETE CASCADE
);
{{tenant "evaluations"}}
CREATE INDEX evaluations_dataset ON evaluations (org_id, dataset_id, created_at);
CREATE INDEX evaluations_waiting ON evaluations (lease_until) WHERE state = 'running';

-- One row of a dataset asked of one subject. most_nanos and judge_most_nanos are what is under way may cost. scored and correct are 0
-- or 1, mark is in thousandths. What was said is in sealed only, NULL for nothing.
CREATE TABLE evaluation_items (
    org_id            {{uuid}} NOT NULL REFERENCES organizations (id),
    evaluation_id     {{uuid}} NOT NULL,
    number            BIGINT   NOT NULL,
    subject           BIGINT   NOT NULL,
    step              TEXT     NOT NULL,
    asks              BIGINT   NOT NULL,
    judged            BIGINT   NOT NULL,
    most_nanos        BIGINT   NOT NULL,
    judge_most_nanos  BIGINT   NOT NULL,
    cost_nanos        BIGINT   NOT NULL,
    judge_cost_nanos  BIGINT   NOT NULL,
    took_us           BIGINT   NOT NULL,
    input_tokens      BIGINT   NOT NULL,
    output_tokens     BIGINT   NOT NULL,
    scored            BIGINT   NOT NULL,
    correct           BIGINT   NOT NULL,
    mark              BIGINT   NOT NULL,
    code              TEXT     NOT NULL,
    request_id        {{uuid}},
    sealed            {{bytes}},
    PRIMARY KEY (org_id, evaluation_id, number, subject),
    FOREIGN KEY (org_id, evaluation_id) REFERENCES evaluations (org_id, id) ON DELETE CASCADE
);
{{tenant "evaluation_items"}}

-- +goose Down
DROP TABLE evaluation_items;
DROP TABLE evaluations;
DROP TABLE evaluation_rows;
DROP TABLE evaluation_datasets;

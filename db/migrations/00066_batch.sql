-- Batches: files of requests, the batches that are made of them, and what came of each line.

-- +goose Up

-- A file of results has no parts: batch_id says whose lines it is made of, bad that it is those without an answer. key_id is whose it is,
-- member_id whose key that was, NULL for a service account's.
CREATE TABLE batch_files (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    key_id     {{uuid}} NOT NULL,
    member_id  {{uuid}},
    purpose    TEXT     NOT NULL,
    name       TEXT     NOT NULL,
    size       BIGINT   NOT NULL,
    batch_id   {{uuid}},
    bad        BIGINT   NOT NULL,
    ready      BIGINT   NOT NULL,
    created_at {{time}} NOT NULL,
    expires_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "batch_files"}}
CREATE INDEX batch_files_key ON batch_files (org_id, key_id, created_at);
CREATE INDEX batch_files_expire ON batch_files (expires_at);

-- sealed is at most 256 KiB of the file, encrypted under the organization's data key. number counts from 0.
CREATE TABLE batch_file_parts (
    org_id  {{uuid}}  NOT NULL REFERENCES organizations (id),
    file_id {{uuid}}  NOT NULL,
    number  BIGINT    NOT NULL,
    sealed  {{bytes}} NOT NULL,
    PRIMARY KEY (org_id, file_id, number),
    FOREIGN KEY (org_id, file_id) REFERENCES batch_files (org_id, id) ON DELETE CASCADE
);
{{tenant "batch_file_parts"}}

-- body is what the batch was asked for, as JSON. lease names the node that works on it, until lease_until; then another one may, from
-- start_at on.
CREATE TABLE batches (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    key_id      {{uuid}} NOT NULL,
    member_id   {{uuid}},
    family      TEXT     NOT NULL,
    state       TEXT     NOT NULL,
    why         TEXT     NOT NULL,
    body        TEXT     NOT NULL,
    input_id    {{uuid}} NOT NULL,
    output_id   {{uuid}},
    failures_id {{uuid}},
    total       BIGINT   NOT NULL,
    priority    BIGINT   NOT NULL,
    lease       TEXT     NOT NULL,
    lease_until {{time}} NOT NULL,
    created_at  {{time}} NOT NULL,
    start_at    {{time}} NOT NULL,
    began_at    {{time}},
    expires_at  {{time}},
    stopped_at  {{time}},
    ended_at    {{time}},
    PRIMARY KEY (org_id, id)
);
{{tenant "batches"}}
CREATE INDEX batches_key ON batches (org_id, key_id, created_at);
CREATE INDEX batches_input ON batches (org_id, input_id);
CREATE INDEX batches_waiting ON batches (lease_until) WHERE ended_at IS NULL;
CREATE INDEX batches_over ON batches (ended_at);

-- One line: where its request begins in the input file and how long it is, and its result in sealed, NULL for none; size is the bytes of
-- that. lost_nanos is what may have been spent on answers that were lost with a node.
CREATE TABLE batch_items (
    org_id     {{uuid}}  NOT NULL REFERENCES organizations (id),
    batch_id   {{uuid}}  NOT NULL,
    number     BIGINT    NOT NULL,
    place      BIGINT    NOT NULL,
    length     BIGINT    NOT NULL,
    step       TEXT      NOT NULL,
    tries      BIGINT    NOT NULL,
    losses     BIGINT    NOT NULL,
    cost_nanos BIGINT    NOT NULL,
    lost_nanos BIGINT    NOT NULL,
    status     BIGINT    NOT NULL,
    code       TEXT      NOT NULL,
    request_id {{uuid}},
    took_us    BIGINT    NOT NULL,
    size       BIGINT    NOT NULL,
    sealed     {{bytes}},
    PRIMARY KEY (org_id, batch_id, number),
    FOREIGN KEY (org_id, batch_id) REFERENCES batches (org_id, id) ON DELETE CASCADE
);
{{tenant "batch_items"}}

-- +goose Down
DROP TABLE batch_items;
DROP TABLE batches;
DROP TABLE batch_file_parts;
DROP TABLE batch_files;

-- The prompt library: prompts, their versions, labels that point to versions, and what people say of them.

-- +goose Up

-- team_id is there with the visibility team. owner_id is who made it, NULL for tokens. highest is the number of the newest version that
-- there ever was: numbers are never given again. Neither has a foreign key: a prompt outlives who made it.
CREATE TABLE prompts (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    name        TEXT     NOT NULL,
    kind        TEXT     NOT NULL,
    about       TEXT     NOT NULL,
    folder      TEXT     NOT NULL,
    visibility  TEXT     NOT NULL,
    team_id     {{uuid}},
    owner_id    {{uuid}},
    owner_label TEXT     NOT NULL,
    highest     BIGINT   NOT NULL,
    created_at  {{time}} NOT NULL,
    updated_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);
{{tenant "prompts"}}

-- content is JSON as text, so that schemas keep their order; size is its bytes. A row is never changed.
CREATE TABLE prompt_versions (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    prompt_id {{uuid}} NOT NULL,
    number    BIGINT   NOT NULL,
    content   TEXT     NOT NULL,
    message   TEXT     NOT NULL,
    size      BIGINT   NOT NULL,
    made_by   TEXT     NOT NULL,
    made_at   {{time}} NOT NULL,
    PRIMARY KEY (org_id, prompt_id, number),
    FOREIGN KEY (org_id, prompt_id) REFERENCES prompts (org_id, id) ON DELETE CASCADE
);
{{tenant "prompt_versions"}}

CREATE TABLE prompt_labels (
    org_id    {{uuid}} NOT NULL REFERENCES organizations (id),
    prompt_id {{uuid}} NOT NULL,
    name      TEXT     NOT NULL,
    number    BIGINT   NOT NULL,
    protected {{bool}} NOT NULL,
    set_by    TEXT     NOT NULL,
    set_at    {{time}} NOT NULL,
    PRIMARY KEY (org_id, prompt_id, name),
    FOREIGN KEY (org_id, prompt_id, number) REFERENCES prompt_versions (org_id, prompt_id, number)
);
{{tenant "prompt_labels"}}

-- stars 0 = a comment only; version_number 0 = of no version.
CREATE TABLE prompt_opinions (
    org_id         {{uuid}} NOT NULL REFERENCES organizations (id),
    prompt_id      {{uuid}} NOT NULL,
    member_id      {{uuid}} NOT NULL,
    said_by        TEXT     NOT NULL,
    stars          BIGINT   NOT NULL,
    comment        TEXT     NOT NULL,
    version_number BIGINT   NOT NULL,
    said_at        {{time}} NOT NULL,
    PRIMARY KEY (org_id, prompt_id, member_id),
    FOREIGN KEY (org_id, prompt_id) REFERENCES prompts (org_id, id) ON DELETE CASCADE
);
{{tenant "prompt_opinions"}}

-- +goose Down
DROP TABLE prompt_opinions;
DROP TABLE prompt_labels;
DROP TABLE prompt_versions;
DROP TABLE prompts;

package transcript

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Vault seals texts under the organization's data key. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Where a text lies: its ciphertext opens nowhere else.
const table, column = "transcripts", "sealed"

func seal(ctx context.Context, v Vault, o id.Org, r id.Request, t *Text) ([]byte, error) {
	text, err := json.Marshal(t)
	if err == nil {
		var sealed []byte
		if sealed, err = v.Seal(ctx, o, table, column, r.UUID(), secret.New(string(text))); err == nil {
			return sealed, nil
		}
	}
	return nil, fmt.Errorf("transcript: seal the text of %s: %w", r, err)
}

func open(ctx context.Context, v Vault, r Record) (t Text, err error) {
	text, err := v.Open(ctx, r.Org, table, column, r.Request.UUID(), r.Sealed)
	if err == nil {
		err = json.Unmarshal([]byte(text.Reveal()), &t)
	}
	if err != nil {
		err = fmt.Errorf("transcript: open the text of %s: %w", r.Request, err)
	}
	return t, err
}

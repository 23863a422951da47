package prompt

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Vault encrypts what prompts say, under the organization's data key. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plain secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// What a version says is encrypted in the database, in backups and in the snapshot on a node's disk, and in clear only in memory.
// Names, descriptions, folders and what changed are in clear: they are what lists and the log show. Nothing searches the database for a
// text; the library is small enough (MaxLibrary) to be searched in memory.

// sealedTable and sealedColumn are where a ciphertext belongs; it opens nowhere else.
const sealedTable, sealedColumn = "prompt_versions", "sealed"

func sealedRow(p id.Prompt, number int) string { return p.UUID() + "/" + strconv.Itoa(number) }

// Seal encrypts a version's content.
func Seal(ctx context.Context, v Vault, o id.Org, p id.Prompt, number int, c Content) ([]byte, error) {
	text, err := json.Marshal(c)
	if err == nil {
		var sealed []byte
		if sealed, err = v.Seal(ctx, o, sealedTable, sealedColumn, sealedRow(p, number), secret.New(string(text))); err == nil {
			return sealed, nil
		}
	}
	return nil, fmt.Errorf("prompt %s, version %d: seal: %w", p, number, err)
}

// Open decrypts it.
func Open(ctx context.Context, v Vault, o id.Org, p id.Prompt, number int, sealed []byte) (c Content, err error) {
	text, err := v.Open(ctx, o, sealedTable, sealedColumn, sealedRow(p, number), sealed)
	if err == nil {
		err = json.Unmarshal([]byte(text.Reveal()), &c)
	}
	if err != nil {
		err = fmt.Errorf("prompt %s, version %d: open: %w", p, number, err)
	}
	return c, err
}

// SealOld encrypts versions from before contents were encrypted, and says how many there were. A node does it when it starts; two at
// the same time do no harm.
func (s *Service) SealOld(ctx context.Context) (int, error) {
	all, err := s.Store.Records(ctx)
	if err != nil {
		return 0, fmt.Errorf("prompt: seal old versions: %w", err)
	}
	n := 0
	for i := range all {
		for number, c := range all[i].Versions {
			if err := s.Store.SealVersion(ctx, all[i].Org, all[i].ID, number, c); err != nil {
				return n, fmt.Errorf("prompt: seal old versions: %w", err)
			}
			n++
		}
	}
	return n, nil
}
